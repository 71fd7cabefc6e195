import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { COMMANDS } from './commands.list.js';
import { argumentsOf, fits } from './words.js';

/** As a shell takes a line apart. */
function wordsOf(line: string): string[] {
  const [command] = line.split(' > ');
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

describe('the words of a command', () => {
  const of = (name: string, ...words: string[]) => fits(COMMANDS[name]!, argumentsOf(COMMANDS[name]!, words));

  it('are as many as it takes', () => {
    expect(of('disable')).toBe(false);
    expect(of('disable', 'ada')).toBe(true);
    expect(of('disable', 'ada', 'bea')).toBe(false);
    expect(of('users')).toBe(true);
    expect(of('doctor', 'json')).toBe(false);
    expect(of('users', 'ada', 'bea')).toBe(false);
  });

  it('may have --json with every command', () => {
    expect(of('keys', '--json')).toBe(true);
    expect(of('audit verify', '--json')).toBe(true);
    expect(of('users', 'ada', '--json')).toBe(true);
    expect(argumentsOf(COMMANDS['keys']!, ['--json'])).toEqual([]);
    expect(argumentsOf(COMMANDS['users']!, ['--json'])).toEqual(['--json']);
  });

  it('have no option that nobody knows, which would pass for a name', () => {
    expect(of('users', '--jsn')).toBe(false);
    expect(of('clients apply', '--take-ower')).toBe(false);
    expect(of('clients apply', '--take-over')).toBe(true);
    expect(of('disable', '--force')).toBe(false);
    expect(of('restore', 'a.backup', '--verify')).toBe(true);
    expect(of('audit list', '--who=ada', '--limit=3')).toBe(true);
    expect(of('audit list', '--whom=ada')).toBe(false);
    expect(of('group-describe', 'staff', '-- everybody --')).toBe(true);
  });

  it.each(Object.entries(COMMANDS))('of %s are so in each of its examples', (name, command) => {
    expect(command.examples?.length).toBeGreaterThan(0);
    for (const example of command.examples!) {
      const words = wordsOf(example);
      const called = name.split(' ');
      expect(words.slice(0, called.length)).toEqual(called);
      const args = argumentsOf(command, words.slice(called.length));
      expect([example, fits(command, args)]).toEqual([example, true]);
      // The longest name wins: an example of `clients` must not be one of `clients plan`.
      expect(
        Object.hasOwn(COMMANDS, words.slice(0, 2).join(' ')) && words.length > 1 && called.length === 1,
      ).toBe(false);
    }
  });
});
