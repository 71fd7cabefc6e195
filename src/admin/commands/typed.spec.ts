import { describe, expect, it } from '@jest/globals';
import { aboutWhat, typedCommand } from './typed.js';

describe('what was typed', () => {
  it.each([
    ['users', 'users', []],
    ['users ada', 'users', ['ada']],
    ['clients plan', 'clients plan', []],
    ['audit list --who=ada', 'audit list', ['--who=ada']],
    ['export users people.jsonl', 'export users', ['people.jsonl']],
    ['disable ada', 'disable', ['ada']],
    // About what it is, and then what is to be done.
    ['users list', 'users', []],
    ['users list --json', 'users', ['--json']],
    ['keys list', 'keys', []],
    ['groups list', 'groups', []],
    ['users create ada ada@example.org', 'create', ['ada', 'ada@example.org']],
    ['users show ada', 'user', ['ada']],
    ['users disable ada --reason=gone', 'disable', ['ada', '--reason=gone']],
    ['user sign-in-link ada', 'sign-in-link', ['ada']],
    ['groups create staff', 'group-create', ['staff']],
    ['group add ada staff', 'group-add', ['ada', 'staff']],
    ['groups members staff', 'group-members', ['staff']],
    ['operators add ada', 'operator-add', ['ada']],
    ['keys rotate', 'rotate-keys', []],
    ['keys revoke abc', 'revoke-key', ['abc']],
    ['settings set GATEHOUSE_REGISTRATION off', 'setting-set', ['GATEHOUSE_REGISTRATION', 'off']],
    ['clients settings notes', 'client-settings', ['notes']],
    // Somebody may be called so.
    ['users create', 'users', ['create']],
    ['user disable', 'user', ['disable']],
    ['user list', 'user', ['list']],
    ['disable list', 'disable', ['list']],
    ['group-members list', 'group-members', ['list']],
    ['user disable list', 'disable', ['list']],
    // What lists nothing is not done because somebody wants to see a list.
    ['rotate-keys-now list', 'rotate-keys-now', ['list']],
    ['setup-link list', 'setup-link', ['list']],
    ['invite list', 'invite', ['list']],
    ['migrate list', 'migrate', ['list']],
    // Nothing.
    ['dance', 'dance', []],
    ['dance list', 'dance', ['list']],
    ['users constructor x', 'users', ['constructor', 'x']],
    ['help users list', 'help', ['users', 'list']],
    ['', 'help', []],
  ])('is understood: %s', (line, command, rest) => {
    expect(typedCommand(line.split(' ').filter(Boolean))).toEqual({ command, rest });
  });
});

describe('what help is asked about', () => {
  it.each([
    ['keys', 'keys'],
    ['clients', 'clients'],
    ['clients plan', 'clients plan'],
    ['disable ada', 'disable'],
    ['users create', 'create'],
    ['users dance', 'users'],
    ['version', 'version'],
    ['dance', undefined],
    ['constructor', undefined],
  ])('is found: %s', (line, about) => {
    expect(aboutWhat(line.split(' '))).toBe(about);
  });
});
