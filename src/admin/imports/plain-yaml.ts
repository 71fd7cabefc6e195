import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { asObject } from './carried-over.js';
import { ImportFailure } from './failures.js';

/**
 * A YAML file of texts, lists and maps. A scalar stays as it was written (`+491701234567` is no number); an alias is none:
 * a few of them can stand for more than the memory holds, and no program exports any.
 */
export function readPlainYaml(file: string): Record<string, unknown> {
  try {
    const read: unknown = parse(readFileSync(file, 'utf8'), {
      schema: 'failsafe',
      maxAliasCount: 0,
      merge: false,
      logLevel: 'error',
    });
    const object = asObject(read);
    if (object) return object;
  } catch {
    // Also where it is nested deeper than the stack.
  }
  throw new ImportFailure('other-format', `${file} is no map in YAML, or is damaged`);
}
