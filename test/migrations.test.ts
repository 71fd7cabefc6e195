import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
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
});
