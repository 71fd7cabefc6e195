import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applicationDocuments } from '../src/applications/documents.js';
import { configurationReference } from '../src/config/reference.js';
import { projectRoot } from '../src/config/root.js';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const documents = ['.', 'docs', 'docs/applications', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

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

  it.each(documents)('%s links to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, link]) => link!,
    );
    expect(links.filter((link) => !existsSync(join(projectRoot, dirname(document), link)))).toEqual([]);
  });
});
