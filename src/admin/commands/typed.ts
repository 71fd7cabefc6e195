import { COMMANDS } from './commands.list.js';
import { ACCOUNT_COMMANDS } from './account-commands.list.js';
import { isCommand } from './help.js';
import { argumentsOf, fits } from './words.js';

export interface Typed {
  readonly command: string;
  readonly rest: readonly string[];
}

/**
 * Which command was typed: it is one word or two. Whoever knows other programs says first what it is about (`users disable ada`,
 * `keys rotate`, `groups list`), and is understood where nothing else is meant by it.
 */
export function typedCommand(words: readonly string[]): Typed {
  const [first = 'help', second] = words;
  const plain: Typed =
    second !== undefined && known(`${first} ${second}`)
      ? { command: `${first} ${second}`, rest: words.slice(2) }
      : { command: first, rest: words.slice(1) };
  if (second === undefined || plain.command !== first || first === 'help') return plain;
  if (second === 'list' && listsThem(first)) return { command: first, rest: words.slice(2) };
  if (known(first) && fits(COMMANDS[first]!, argumentsOf(COMMANDS[first]!, plain.rest))) return plain;
  const command = otherwise(first, second).find(known);
  return command === undefined ? plain : { command, rest: words.slice(2) };
}

/** What help is asked about; undefined: there is no such thing. */
export function aboutWhat(words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  return [words.join(' '), `${first} ${second}`, ...otherwise(first, second), first].find(isCommand);
}

function otherwise(noun: string, verb: string): string[] {
  const one = noun.replace(/s$/, '');
  return [
    `${one}-${verb}`,
    `${verb}-${noun}`,
    `${verb}-${one}`,
    ...(one === 'user' && Object.hasOwn(ACCOUNT_COMMANDS, verb) ? [verb] : []),
    ...(noun === 'users' && verb === 'show' ? ['user'] : []),
  ];
}

/** `keys` shows what `keys list` asks for; somebody may be called "list", and what is no list must not be done for one. */
const listsThem = (name: string) => /^[a-z]+s$/.test(name) && COMMANDS[name]?.parameters.length === 0;

const known = (name: string) => Object.hasOwn(COMMANDS, name);
