import type { CommandHelp } from './commands.list.js';

export const JSON_OPTION = '--json';
const OPTION = /^--[a-z][a-z-]*(?==|$)/;

/** `--json` is known to every command; only some do more about it than the others (`users`). */
export function argumentsOf({ optional = [] }: CommandHelp, words: readonly string[]): string[] {
  return optional.includes(JSON_OPTION) ? [...words] : words.filter((word) => word !== JSON_OPTION);
}

/** Whether a command was written as it takes its words: as many as it needs, and no option that it does not know. */
export function fits(
  { parameters, optional = [], mostWords }: CommandHelp,
  args: readonly string[],
): boolean {
  if (args.length < parameters.length) return false;
  // It looks itself, and takes more than its line of help can say.
  if (mostWords !== undefined) return args.length <= mostWords;
  const known = optional.flatMap((each) => each.match(/--[a-z][a-z-]*/g) ?? []);
  const options = args.flatMap((word) => OPTION.exec(word)?.[0] ?? []);
  const places = parameters.length + optional.filter((each) => !each.startsWith('--')).length;
  return (
    options.every((each) => known.includes(each)) &&
    options.length <= optional.length &&
    args.length - options.length <= places
  );
}
