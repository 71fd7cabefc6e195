import { describe, expect, it } from '@jest/globals';
import { COMMANDS } from './commands.list.js';
import { help } from './help.js';

describe('help', () => {
  it('names every command once, below what it is about', () => {
    const text = help();
    for (const name of Object.keys(COMMANDS)) {
      const places = text.split('\n').filter((line) => new RegExp(`^  ${name}(?= [<[]|  |$)`).test(line));
      expect([name, places.length]).toEqual([name, 1]);
    }
    expect(text).toMatch(/^People\n {2}users /m);
    expect(text).toContain('gatehouse help <command>');
  });

  it('of one command says what it takes and what it is for, and nothing of the others', () => {
    expect(help('email-link')).toMatch(
      /^gatehouse email-link <user name or e-mail> <new e-mail>\n {2}prints/,
    );
    expect(help('email-link')).not.toContain('password-link');
    expect(help('health')).toBe('gatehouse health\n  exit code 0 when the server is ready');
    expect(help('import')).toContain('For example:\n  gatehouse import flask users.db --dry-run');
  });

  it('of the first word of several says them all', () => {
    expect(help('audit').match(/^gatehouse audit \w+/gm)).toEqual([
      'gatehouse audit verify',
      'gatehouse audit list',
      'gatehouse audit export',
    ]);
  });

  it('says of what is no command that it is none', () => {
    expect(help('dance')).toMatch(/^there is no command "dance"\n/);
    expect(help('constructor')).toMatch(/^there is no command "constructor"\n/);
    expect(help('dance')).toMatch(/\n\nAll of them: gatehouse help$/);
  });

  it('says what may have been meant, where it is seen', () => {
    const perhaps = (about: string) =>
      [...help(about).matchAll(/^ {2}([a-z]+(?:[- ][a-z]+)*?)(?= {2}| [<[])/gm)].map(([, name]) => name);
    expect(perhaps('disbale')).toEqual(['disable']);
    expect(perhaps('kesy')).toContain('keys');
    expect(perhaps('backups')).toEqual(['backup']);
    expect(perhaps('magic-link')).toEqual(
      expect.arrayContaining(['setup-link', 'sign-in-link', 'password-link']),
    );
    expect(perhaps('dance')).toEqual([]);
    for (const about of ['disbale', 'link', 'group']) expect(help(about).split('\n').length).toBeLessThan(20);
  });
});
