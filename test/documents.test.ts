import { afterAll, describe, expect, it } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { COMMANDS } from '../src/admin/commands/commands.list.js';
import { applicationDocuments } from '../src/applications/documents.js';
import { CLIENT_FIELDS } from '../src/clients/client.fields.js';
import { readClientsFile } from '../src/clients/clients-file.js';
import { SECTIONS } from '../src/clients/sections.js';
import { WEBHOOK_EVENTS } from '../src/clients/webhook-events.js';
import { configurationReference } from '../src/config/reference.js';
import { projectRoot } from '../src/config/root.js';
import { SETTINGS } from '../src/config/settings.js';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const documents = ['.', 'docs', 'docs/applications', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-examples-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Every example that is a whole clients file, and where it begins. */
const examples = ['README.md', ...documents.filter((path) => /^docs\/[^/]+$/.test(path))].flatMap((path) =>
  [...read(path).matchAll(/^( *)```yaml\n([^]*?)^ *```/gm)]
    .map(({ 1: indent, 2: text, index }) => ({
      place: `${path}:${read(path).slice(0, index).split('\n').length}`,
      text: text!.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }))
    .filter(({ text }) => new RegExp(`^(clients|${Object.keys(SECTIONS).join('|')}):`, 'm').test(text)),
);

/** As the pages on the web make it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

describe('the documents', () => {
  it('describe the configuration as the code has it (npm run docs:configuration)', () => {
    expect(read('docs/configuration.md')).toBe(configurationReference());
  });

  it('have the settings to paste as the templates have them (npm run docs:applications)', () => {
    const expected = applicationDocuments();
    const pages = documents.filter((path) => /^docs\/applications(\.md$|\/)/.test(path));
    expect(pages.map((path) => path.replace('docs/', '')).sort()).toEqual(Object.keys(expected).sort());
    for (const page of pages) expect(read(page)).toBe(expected[page.replace('docs/', '')]);
  });

  it('name a test of our own for each module of a conformance plan, and it is there', () => {
    const rows = [...read('docs/conformance.md').matchAll(/^\| `([^`]+)` +\| `([^`]+\.test\.ts)` /gm)];
    expect(rows.length).toBeGreaterThan(150);
    const missing = rows.filter(([, module, file]) => {
      const path = file!.includes('/') ? file! : `test/conformance/${file!}`;
      return !file!.includes('/') && !read(path).includes(module!);
    });
    expect(missing.map(([row]) => row)).toEqual([]);
  });

  it('name every field of a client', () => {
    const page = read('docs/clients.md');
    expect(Object.keys(CLIENT_FIELDS).filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  });

  it.each(Object.entries(SECTIONS))(
    'lead from the clients file to every field of %s',
    (name, { key, fields }) => {
      const row = new RegExp(`^\\| \`${name}\` .*\\]\\(([a-z-]+\\.md)`, 'm').exec(read('docs/clients.md'));
      const page = read(join('docs', row?.[1] ?? 'nowhere.md'));
      const named = (field: string) =>
        page.includes(`\`${field}\``) || new RegExp(` ${field}:\\s`).test(page);
      expect(page).toContain(`${name}:\n`);
      expect([key, ...Object.keys(fields)].filter((field) => !named(field))).toEqual([]);
    },
  );

  it.each(examples)('$place is a clients file without a mistake', ({ text }) => {
    for (const [, named] of text.matchAll(/_file: (\S+)/g)) {
      mkdirSync(dirname(join(scratch, named!)), { recursive: true });
      const secret = '0123456789abcdef0123456789abcdef';
      writeFileSync(join(scratch, named!), named!.includes('webhook') ? `whsec_${secret}` : secret);
    }
    writeFileSync(join(scratch, 'clients.yaml'), text);
    expect(() => readClientsFile(join(scratch, 'clients.yaml'))).not.toThrow();
  });

  it('name every event of a webhook as the code has it', () => {
    const rows = [
      ...read('docs/webhooks.md').matchAll(/^\| `([a-z.-]+\.[a-z-]+)` +\| (.*?) +\| (.*?) *\|$/gm),
    ];
    const expected = Object.entries(WEBHOOK_EVENTS).map(([name, { says, facts = [] }]) => [
      name,
      says,
      facts.map((fact) => `\`${fact}\``).join(', '),
    ]);
    expect(rows.map(([, ...cells]) => cells)).toEqual(expected);
  });

  it('name every shell command', () => {
    const page = read('docs/operators.md');
    const row = (command: string) => new RegExp(`^\\|.*\`${command}(\`| <| \\[| …).*\\|`, 'm');
    expect(
      ['health', 'version', ...Object.keys(COMMANDS)].filter((command) => !row(command).test(page)),
    ).toEqual([]);
  });

  it('name no shell command that does not exist', () => {
    const table = read('docs/operators.md').split('\n## Commands\n')[1]!.split('\n## ')[0]!;
    const cells = [...table.matchAll(/^\| (`.*?) +\|/gm)].map(([, cell]) => cell!);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`([a-z -]+[a-z])/g)].map(([, name]) => name!));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !['health', 'version', ...Object.keys(COMMANDS)].includes(name))).toEqual(
      [],
    );
  });

  it('says of each command once, for operators, what it does', () => {
    const [, table] = /^## Commands$([^]*?)^## /m.exec(read('docs/operators.md'))!;
    const cells = [...table!.matchAll(/^\| (`.+?) *(?<!\\)\|/gm)].map(([, cell]) => cell!);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, usage]) => usage!));
    const names = named.map((usage) => /^[a-z-]+(?: [a-z]+)*/.exec(usage)![0]);
    expect(names.sort()).toEqual(['health', 'version', ...Object.keys(COMMANDS)].sort());
  });

  describe.each(['docs/operations.md', 'docs/deployment.md'])('%s', (path) => {
    const page = read(path);

    it('gives no command that does not exist', () => {
      const code = [...page.matchAll(/```sh\n([^]*?)```|`([^`\n]+)`/g)].map(
        ([, block, inline]) => block ?? inline!,
      );
      // Compose and Kubernetes have something of that name, too.
      const given = code.flatMap((text) => [
        ...text.matchAll(/(?<!exec (?:-T )?|-n |stop )\bgatehouse ([a-z][a-z-]*)(?: ([a-z]+))?/g),
      ]);
      const known = ['health', 'help', 'version', ...Object.keys(COMMANDS)];
      const unknown = given.filter(
        ([, word, next]) => !known.includes(word!) && !known.includes(`${word} ${next}`),
      );
      expect(given.length).toBeGreaterThan(3);
      expect(unknown.map(([text]) => text)).toEqual([]);
    });

    it('names no setting that does not exist', () => {
      const names = [...page.matchAll(/\b((?:GATEHOUSE|SMTP|DATABASE)_[A-Z_]+)\b/g)].map(([, name]) => name!);
      const ofCompose = ['GATEHOUSE_PUBLISH'];
      const unknown = names
        .map((name) => name.replace(/_FILE$/, (end) => (Object.hasOwn(SETTINGS, name) ? end : '')))
        .filter((name) => !Object.hasOwn(SETTINGS, name) && !ofCompose.includes(name));
      expect(names.length).toBeGreaterThan(5);
      expect(unknown).toEqual([]);
    });

    it('leads to headings that are there', () => {
      const anchors = [...page.matchAll(/\]\(([a-z-]+\.md)?#([a-z-]+)\)/g)];
      const missing = anchors.filter(([, file, anchor]) => {
        const headings = read(file ? join('docs', file) : path).match(/^#+ .*$/gm)!;
        return !headings.map(anchorOf).includes(anchor!);
      });
      expect(missing.map(([link]) => link)).toEqual([]);
    });
  });

  it('name no metric, and give no alarm, that does not exist', () => {
    const source = read('src/ops/metrics.ts');
    const alarms = read('docs/deployment/alerts.yml');
    const page = read('docs/operations.md');
    const named = [
      ...(page + alarms).matchAll(/\bgatehouse_([a-z_]+?)(?:_bucket|_count|_sum)?\b(?!_before)/g),
    ].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
    const given = [...alarms.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
    const listed = [...page.matchAll(/^\| `(Gatehouse\w+)`/gm)].map(([, name]) => name!);
    expect(listed).toEqual(given);
  });

  it('name every cause that the doctor may name', () => {
    const folder = 'src/ops/doctor';
    const sources = readdirSync(join(projectRoot, folder)).filter((name) => /(?<!\.spec)\.ts$/.test(name));
    const causes = sources.flatMap((name) =>
      [
        ...read(join(folder, name)).matchAll(
          /(?:\b(?:error|warning|report)\(\s*(?:'[a-z]+'|CHECK|check),\s*|cause: |\[\s*)'([a-z]+(?:-[a-z]+)*)',/g,
        ),
      ].map(([, cause]) => cause!),
    );
    expect(causes.length).toBeGreaterThan(40);
    const section = read('docs/operators.md').split('\n## The doctor\n')[1]!.split('\n## ')[0]!;
    expect(causes.filter((cause) => !section.includes(`\`${cause}\``))).toEqual([]);
  });

  it('number the decisions without a hole', () => {
    const numbers = documents.flatMap((path) => /^docs\/decisions\/(\d{4})-/.exec(path)?.[1] ?? []).sort();
    expect(numbers.map(Number)).toEqual(numbers.map((_, index) => index + 1));
  });

  it.each(documents.filter((path) => path.startsWith('docs/decisions/')))(
    '%s has the form of a decision',
    (path) => {
      const page = read(path);
      expect(page).toMatch(new RegExp(`^# ${path.slice('docs/decisions/'.length, -1).slice(0, 4)}: `));
      expect(page.match(/^## .*/gm)).toEqual(['## Context', '## Decision', '## Consequences']);
    },
  );

  it.each(documents)('%s links to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, link]) => link!,
    );
    expect(links.filter((link) => !existsSync(join(projectRoot, dirname(document), link)))).toEqual([]);
  });
});
