import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../src/config/root.js';
import { migrations } from '../src/migrations.js';

const inFolder = (dialect: string) =>
  readdirSync(join(projectRoot, 'migrations', dialect))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace('.ts', ''))
    .sort();

describe('the migrations', () => {
  it('have the same names for both databases', () => {
    expect(inFolder('sqlite')).toEqual(inFolder('postgresql'));
  });

  it('are all listed, in order', () => {
    for (const dialect of ['sqlite', 'postgresql'] as const)
      expect(migrations[dialect].map(({ name }) => name)).toEqual(inFolder(dialect));
  });

  it('let each table change by statements that name it alone: database/settled.ts relies on it', () => {
    for (const name of inFolder('sqlite'))
      expect(readFileSync(join(projectRoot, 'migrations', 'sqlite', `${name}.ts`), 'utf8')).not.toMatch(
        /\bcascade\b|\btrigger\b|set null|set default/i,
      );
  });
});
