import type { Parse } from './parsers.js';

/** What is known of a setting. */
export interface Setting<T> {
  readonly parse: Parse<T>;
  /** As it would be written in the environment; absent: `undefined` unless `load` derives it. */
  readonly initial?: string;
  /** For the reference page, where `initial` is derived. */
  readonly initialText?: string;
  /** May come from a file named by `<KEY>_FILE`, and is never printed. */
  readonly secret?: boolean;
  readonly description: string;
}

export const setting = <T>(definition: Setting<T>): Setting<T> => definition;
