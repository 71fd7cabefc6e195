import { COMMANDS, SECTIONS, type CommandHelp } from './commands.list.js';

/** They load nothing of the program. */
const ALONE: Record<string, CommandHelp> = {
  health: { parameters: [], help: 'exit code 0 when the server is ready' },
  version: { parameters: [], help: 'says which version this is; so does --version' },
};
const ALL: Record<string, CommandHelp> = { ...ALONE, ...COMMANDS };
/** Where what a command is for begins, beside its words or below them. */
const COLUMN = 44;

/** A command, or how some begin, such as `clients`. */
export function isCommand(about: string): boolean {
  return Object.keys(ALL).some((name) => name === about || name.startsWith(`${about} `));
}

/** @param about a command, or how some begin; '': all of them */
export function help(about = ''): string {
  if (about === '') return everything();
  if (!isCommand(about)) return nothing(about);
  const found = Object.entries(ALL).filter(([name]) => name === about || name.startsWith(`${about} `));
  const examples = found.flatMap(([, command]) => command.examples ?? []);
  return [
    ...found.map(([name, command]) => `gatehouse ${usage(name, command)}\n  ${command.help}`),
    ...(examples.length > 0 ? ['', 'For example:'] : []),
    ...examples.map((example) => `  gatehouse ${example}`),
  ].join('\n');
}

/** What is wrong stands where it is seen: the list of all commands would push it off the screen. */
function nothing(about: string): string {
  const near = Object.entries(ALL).filter(([name]) => isNear(name, about));
  return [
    `there is no command "${about}"`,
    ...(near.length > 0 ? ['', 'Perhaps:'] : []),
    ...near.map(([name, command]) => line(name, command)),
    '',
    'All of them: gatehouse help',
  ].join('\n');
}

/** They have a word in common, or two that begin or sound alike. */
function isNear(name: string, about: string): boolean {
  const [words, typed] = [name, about].map((text) =>
    text
      .toLowerCase()
      .split(/[ -]/)
      .filter((word) => word.length > 2),
  );
  return typed!.some((one) =>
    words!.some((word) => word.startsWith(one.slice(0, 4)) || distance(word, one) === 1),
  );
}

/** How many letters are to be changed, added or left out; two neighbours that changed places are one. */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const changed = rows[i - 1]![j - 1]! + (isSame ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Infinity;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, changed, swapped));
    }
    rows.push(row);
  }
  return rows.at(-1)!.at(-1)!;
}

function everything(): string {
  return [
    'gatehouse <command>; more about one of them, and examples: gatehouse help <command>',
    'With --json each says what came of it as one document of JSON, or as one on each line where there can be many.',
    '',
    ...Object.entries(ALONE).map(([name, command]) => line(name, command)),
    ...SECTIONS.flatMap(({ title, commands }) => [
      '',
      title,
      ...Object.entries<CommandHelp>(commands).map(([name, command]) => line(name, command)),
    ]),
  ].join('\n');
}

function line(name: string, command: CommandHelp): string {
  const words = usage(name, command);
  const gap = words.length < COLUMN ? ' '.repeat(COLUMN - words.length) : `\n${' '.repeat(COLUMN + 2)}`;
  return `  ${words}${gap}${command.help}`;
}

function usage(name: string, { parameters, optional = [] }: CommandHelp): string {
  return [name, ...parameters.map((each) => `<${each}>`), ...optional.map((each) => `[${each}]`)].join(' ');
}
