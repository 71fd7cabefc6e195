import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configurationReference } from '../src/config/reference.js';
import { projectRoot } from '../src/config/root.js';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const documents = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('the documents', () => {
  it('describe the configuration as the code has it (npm run docs:configuration)', () => {
    expect(read('docs/configuration.md')).toBe(configurationReference());
  });

  it.each(documents)('%s links to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, link]) => link!,
    );
    expect(links.filter((link) => !existsSync(join(projectRoot, dirname(document), link)))).toEqual([]);
  });
});
