import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin, SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { projectRoot } from '../src/config/root.js';
import { Program } from './support/program.js';
import { freePort } from './support/server.js';

/** What is run: made of dist by bin/build.mjs (docs/decisions/0039). */
const program = join(projectRoot, 'program');
/** Of this build: those of the one before are still there. */
const files = readFileSync(join(program, '.files'), 'utf8').split('\n');
const chunks = files.filter((name) => name.endsWith('.js'));
const textOf = (name: string) => readFileSync(join(program, name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loaded before a program: says which files it loads, each by a path below the project's root. */
const WATCH = `
import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
const load = (url, context, next) => { writeSync(2, 'loaded ' + url + '\\n'); return next(url, context); };
registerHooks({ load });
`;
const watched = ['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`];
const loadedBy = ({ output }: Program) =>
  [...output.matchAll(/^loaded file:\/\/(.+)$/gm)].map(([, path]) => relative(projectRoot, path!));
const environment = async (name: string) => ({
  GATEHOUSE_PORT: String(await freePort()),
  GATEHOUSE_DATA_DIR: join(folder, name),
});
const packages = (files: string[]) => [
  ...new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.slice(1) ?? [])),
];

describe('the program that is run', () => {
  it('starts from a few files, none of them a library’s but those with machine code', async () => {
    const env = await environment('server');
    const server = new Program(env, [...watched, ...Program.argumentsOf('start')]);
    await server.said('Gatehouse is ready');
    for (const path of ['/.well-known/openid-configuration', '/register', '/assets/app.css'])
      expect((await fetch(`http://localhost:${env.GATEHOUSE_PORT}${path}`)).status).toBe(200);
    await server.ended('SIGTERM');
    const files = loadedBy(server);
    expect(files.length).toBeGreaterThan(20);
    // One file for each set of late parts that share a module: their number grows with those, what is read does not.
    expect(files.length).toBeLessThan(145);
    const chunks = files.filter((file) => file.startsWith('program/'));
    const bytes = chunks.reduce((sum, file) => sum + statSync(join(projectRoot, file)).size, 0);
    expect(bytes).toBeLessThan(5_600_000);
    const machineCode = packages(files).map((name) =>
      name.replace(/^@node-rs\/argon2-.+/, '@node-rs/argon2-…'),
    );
    expect(machineCode.sort()).toEqual(['@node-rs/argon2', '@node-rs/argon2-…', 'better-sqlite3']);
    expect(files.filter((file) => file.startsWith('dist'))).toEqual([]);
  });

  it('does not load the server for a command that needs none of it', async () => {
    const shell = new Program(await environment('shell'), [
      ...watched,
      ...Program.argumentsOf('gatehouse'),
      'health',
    ]);
    expect(await shell.ended()).toBe(1);
    expect(loadedBy(shell).length).toBeLessThan(30);
  });

  it('keeps the names of classes, which records go by, and makes none for a function on each request', async () => {
    const env = { ...(await environment('names')), GATEHOUSE_TEST_APP: 'on' };
    const server = new Program(env);
    await server.said('Gatehouse is ready');
    const start = await fetch(`http://localhost:${env.GATEHOUSE_PORT}/test-app/sign-in?scope=openid`, {
      redirect: 'manual',
    });
    expect((await fetch(start.headers.get('location')!, { redirect: 'manual' })).status).toBe(303);
    await server.ended('SIGTERM');
    const database = new DatabaseSync(join(env.GATEHOUSE_DATA_DIR, 'gatehouse.sqlite'));
    expect(database.prepare('SELECT kind FROM oidc_record').all()).toEqual([{ kind: 'Interaction' }]);
    database.close();

    const named = chunks.flatMap((name) => [...textOf(name).matchAll(/(?<![\w$])__name\((.{8})/g)]);
    expect(named.length).toBeGreaterThan(1_000);
    expect(named.filter(([, what]) => /^(async|function|\(|\w+=>)/.test(what!))).toEqual([]);
  });

  it('finds all that it loads late', () => {
    const [, server] = /import\("\.\/(chunks\/server-\w+\.js)"\)/.exec(textOf('main.js'))!;
    // The server and the shell start by themselves; the rest does nothing when it is loaded.
    const late = chunks.filter((name) => ![server, 'main.js', 'cli.js'].includes(name));
    expect(late.length).toBeGreaterThan(50);
    const text = late.map((name) => `await import(${JSON.stringify(`./${name}`)});`).join('\n');
    const answer = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import 'reflect-metadata';\n${text}\nconsole.log('all of it');process.exit()`,
      ],
      { cwd: program, encoding: 'utf8' },
    );
    expect(answer).toBe('all of it\n');
  });

  it('finds in what it loads late every name that it takes from there', () => {
    const taken = chunks.flatMap((name) =>
      [...textOf(name).matchAll(/\{([\w$:, ]+)\}=await import\("\.\/([\w./-]+)"\)/g)].flatMap(
        ([, names, from]) =>
          names!
            .split(',')
            .map((each) => [each.split(':')[0]!.trim(), from!.replace(/^(?!chunks\/)/, 'chunks/')]),
      ),
    );
    expect(taken.length).toBeGreaterThan(20);
    const offered = ([name, from]: string[]) =>
      new RegExp(
        name === 'default'
          ? 'export default|[{, ]default[,}]'
          : `export\\{[^}]*\\b${name!.replaceAll('$', '\\$')}\\b[^}]*\\}`,
      ).test(textOf(from!));
    expect(taken.filter((each) => !offered(each))).toEqual([]);
  });

  it('takes from node_modules what has machine code or threads, and nothing else', () => {
    const outside = chunks.flatMap((name) =>
      [...textOf(name).matchAll(/(?:\bfrom|\bimport|\bimport\(|\b_*require\()"([\w@./:-]+)"/g)].map(
        ([, target]) => target!,
      ),
    );
    const foreign = new Set(
      outside.filter((target) => !isBuiltin(target) && /^(?!\.|never-there:)/.test(target)),
    );
    expect([...foreign].sort()).toEqual(['@node-rs/argon2', 'better-sqlite3', 'sharp']);
    // An import of it loads a whole client for HTTP, which an idle server would hold for nobody.
    expect(outside.filter((target) => /^(node:)?http$/.test(target))).toEqual([]);
    const places = new Set(outside.filter((target) => target.startsWith('../../')));
    expect(places.size).toBeGreaterThan(0);
    for (const place of places) expect(existsSync(resolve(program, 'chunks', place))).toBe(true);
  });

  it('names our own sources in its stack traces, and takes no line of a library for one of ours', () => {
    const maps = files.filter((name) => /^chunks\/.+\.map$/.test(name));
    const payloadOf = (name: string) => JSON.parse(textOf(name)) as SourceMapPayload;
    const sources = maps.flatMap((name) => payloadOf(name).sources);
    expect(new Set(sources).size).toBeGreaterThan(300);
    for (const source of sources) {
      expect(source).toMatch(/^\.\.\/\.\.\/(src|migrations)\//);
      expect(existsSync(resolve(program, 'chunks', source))).toBe(true);
    }
    const sentence = 'is not a setting and has no effect';
    const name = chunks.find((each) => each.includes('/server-'))!;
    const place = placeOf(textOf(name), sentence);
    const entry = new SourceMap(payloadOf(`${name}.map`)).findEntry(...place);
    expect(entry).toMatchObject({ originalSource: '../../src/server.ts' });
    const lines = readFileSync(join(projectRoot, 'src/server.ts'), 'utf8').split('\n');
    expect(lines[(entry as { originalLine: number }).originalLine]).toContain(sentence);

    const library = 'UserAgent parameter can';
    const other = chunks.find((each) => textOf(each).includes(library))!;
    const map = new SourceMap(payloadOf(`${other}.map`));
    expect(map.findEntry(...placeOf(textOf(other), library))).not.toMatchObject({
      originalSource: expect.anything(),
    });
  });

  it('leaves a server that runs what it may still load, and no more than that', async () => {
    const { writeProgram } = (await import(join(projectRoot, 'bin/write-program.mjs'))) as {
      writeProgram: (folder: string, files: Map<string, string>) => void;
    };
    const target = join(folder, 'program');
    const build = (version: string) =>
      writeProgram(
        target,
        new Map([
          ['main.js', version],
          [`chunks/late-${version}.js`, version],
        ]),
      );
    const kept = () => readdirSync(join(target, 'chunks')).sort();
    build('1');
    build('2');
    build('2');
    expect(kept()).toEqual(['late-1.js', 'late-2.js']);
    build('3');
    expect(kept()).toEqual(['late-2.js', 'late-3.js']);
    expect(readFileSync(join(target, 'main.js'), 'utf8')).toBe('3');
  });
});

function placeOf(text: string, part: string): [line: number, column: number] {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return [before.length - 1, before.at(-1)!.length];
}
