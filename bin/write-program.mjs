import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes over a program that may be running. Chunks are named by what is in them, and those of the build before stay: a server
 * that was started from it still loads late what it needs. The entries come last, each in one step.
 * @param files texts by their path below the folder
 */
export function writeProgram(folder, files) {
  const list = join(folder, '.files');
  const before = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [];
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  const isEntry = (name) => dirname(name) === '.';
  const inOrder = [...files].sort(([one], [other]) => Number(isEntry(one)) - Number(isEntry(other)));
  for (const [name, text] of inOrder) {
    writeFileSync(join(folder, `${name}.new`), text);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  }
  const now = [...files.keys()];
  // The same again: what came before it may still be running.
  if (now.join() === before.join()) return;
  for (const name of readdirSync(join(folder, 'chunks')).map((each) => join('chunks', each)))
    if (!files.has(name) && !before.includes(name)) rmSync(join(folder, name));
  writeFileSync(list, now.join('\n'));
}
