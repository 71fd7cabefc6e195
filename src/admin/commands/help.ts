import { COMMANDS, SECTIONS, type CommandHelp } from './commands.list.js';

/** `health` is none of the commands: it loads nothing of the program. */
const HEALTH: CommandHelp = { parameters: [], help: 'exit code 0 when the server is ready' };
/** Where what a command is for begins, beside its words or below them. */
const COLUMN = 44;

/** @param about a command, or how some begin, such as `clients`; all of them, where it is neither */
export function help(about = ''): string {
  const found = Object.entries({ health: HEALTH, ...COMMANDS }).filter(
    ([name]) => name === about || name.startsWith(`${about} `),
  );
  if (found.length === 0) return everything(about);
  const examples = found.flatMap(([, command]) => command.examples ?? []);
  return [
    ...found.map(([name, command]) => `gatehouse ${usage(name, command)}\n  ${command.help}`),
    ...(examples.length > 0 ? ['', 'For example:'] : []),
    ...examples.map((example) => `  gatehouse ${example}`),
  ].join('\n');
}

function everything(about: string): string {
  return [
    ...(about === '' ? [] : [`there is no command "${about}"`, '']),
    'gatehouse <command>; more about one of them, and examples: gatehouse help <command>',
    'With --json each says what came of it as one document of JSON, or as one on each line where there can be many.',
    '',
    line('health', HEALTH),
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
