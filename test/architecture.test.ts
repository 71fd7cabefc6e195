import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from '../src/config/root.js';

/** Read from left to right: a folder may import itself and anything to its left. */
const LINE =
  'kernel config database settings http audit mail attempts users mfa clients keys oidc webhooks sign-in dashboard test-app applications admin ops backup'.split(
    ' ',
  );
const source = join(projectRoot, 'src');

/** What only some requests need is loaded by the first of them (docs/decisions/0031). */
const LATE = [
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-proto',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  '@mikro-orm/postgresql',
  '@mikro-orm/sqlite',
  '@simplewebauthn/server',
  '@zxcvbn-ts/core',
  '@zxcvbn-ts/language-common',
  'class-validator',
  'nodemailer',
  'openid-client',
  'pino',
  'prom-client',
  'qrcode',
  'sharp',
];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isOfTypes: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(join(source, file), 'utf8').matchAll(
      /^(?:import|export)\b( type\b)?[^;]*?from '([^']+)';/gms,
    ),
  ].map(([, types, target]) => ({ file, target: target!, isOfTypes: types !== undefined })),
);
const own = imports.filter(({ target }) => target.startsWith('.'));
const folderOf = (path: string) => (path.includes('/') ? path.split('/')[0]! : 'app');
const targetOf = ({ file, target }: Import) => relative(source, resolve(source, dirname(file), target));
const product = ({ file }: Import) => !file.endsWith('.spec.ts');

describe('the architecture', () => {
  it('has exactly the folders of the line', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => folder !== 'app').sort()).toEqual(
      [...LINE].sort(),
    );
  });

  it('is what ARCHITECTURE.md says: the line, and a word on each folder', () => {
    const page = readFileSync(join(projectRoot, 'ARCHITECTURE.md'), 'utf8');
    const [, line] = /`(kernel → [^`]+ → app)`/.exec(page)!;
    expect(line!.split(/\s*→\s*/)).toEqual([...LINE, 'app']);
    expect(LINE.filter((folder) => !new RegExp(`^  ${folder}/ +\\S`, 'm').test(page))).toEqual([]);
  });

  it('imports only from left to right', () => {
    const place = (folder: string) => (folder === 'app' ? LINE.length : LINE.indexOf(folder));
    const wrong = own
      .filter((each) => product(each) && !targetOf(each).startsWith('..'))
      .filter((each) => place(folderOf(targetOf(each))) > place(folderOf(each.file)));
    expect(wrong).toEqual([]);
  });

  it('imports nothing from outside src but the migrations', () => {
    const outside = own
      .filter((each) => product(each) && targetOf(each).startsWith('..'))
      .map(({ file, target }) => `${file}: ${target}`);
    expect(outside.filter((line) => !/^migrations\.ts: \.\.\/migrations\//.test(line))).toEqual([]);
  });

  it('keeps the kernel free of frameworks and I/O', () => {
    const foreign = imports.filter(
      (each) => product(each) && each.file.startsWith('kernel/') && !each.target.startsWith('.'),
    );
    expect([...new Set(foreign.map(({ target }) => target))]).toEqual(['node:crypto']);
  });

  it('lets only oidc and app know the provider, and sign-in and admin through it', () => {
    const folders = new Set(
      imports.filter(({ target }) => target === 'oidc-provider').map(({ file }) => folderOf(file)),
    );
    expect([...folders].sort()).toEqual(['admin', 'app', 'oidc']);
  });

  it('makes one provider, in one place', () => {
    const makers = files.filter(
      (file) => !file.endsWith('.spec.ts') && /new Provider\(/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(makers).toEqual(['oidc/provider.ts']);
  });

  it('finishes a login only in sign-in', () => {
    const finishers = files.filter(
      (file) => !file.endsWith('.spec.ts') && /\blogin: \{/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(finishers).toEqual(['sign-in/sign-in.service.ts']);
  });

  it('has no barrels, no forwardRef, and no @Global but config and database', () => {
    expect(files.filter((file) => file.endsWith('index.ts'))).toEqual([]);
    const text = files.map((file) => [file, readFileSync(join(source, file), 'utf8')] as const);
    expect(text.filter(([, content]) => content.includes('forwardRef')).map(([file]) => file)).toEqual([]);
    expect(
      text
        .filter(([, content]) => content.includes('@Global()'))
        .map(([file]) => file)
        .sort(),
    ).toEqual(['config/config.module.ts', 'database/database.module.ts']);
  });

  it('starts without the libraries that few requests need', () => {
    const reached = new Set(['server.ts']);
    const libraries = new Set<string>();
    for (const file of reached)
      for (const each of imports.filter((one) => one.file === file && !one.isOfTypes)) {
        if (!each.target.startsWith('.')) libraries.add(each.target);
        else if (!targetOf(each).startsWith('..')) reached.add(targetOf(each).replace(/\.js$/, '.ts'));
      }
    expect(reached.size).toBeGreaterThan(200);
    expect(LATE.filter((name) => libraries.has(name))).toEqual([]);
  });

  it('keeps files short', () => {
    const long = files.filter((file) => readFileSync(join(source, file), 'utf8').split('\n').length > 250);
    expect(long).toEqual([]);
  });
});
