import { describe, expect, it } from '@jest/globals';
import { emailKey, identifierKey, USERNAME, usernameKey } from './identifiers.js';

describe('identifiers', () => {
  it.each(['ada', 'Ada', ' ADA ', 'ａｄａ', 'Ａda\t'])('%j is the same person', (spelling) => {
    expect(usernameKey(spelling)).toBe('ada');
    expect(identifierKey(spelling)).toEqual({ kind: 'username', key: 'ada' });
  });

  it('composes letters, whatever way they were typed', () => {
    expect(usernameKey('jose\u0301')).toBe(usernameKey('JOS\u00c9'));
  });

  it.each(['ada@example.org', ' ADA@Example.ORG', 'ada＠example.org'])(
    '%j is the same address',
    (spelling) => {
      expect(emailKey(spelling)).toBe('ada@example.org');
      expect(identifierKey(spelling)).toEqual({ kind: 'email', key: 'ada@example.org' });
    },
  );

  it.each(['ada', 'ada.lovelace', 'a-b_c.d', 'Zoë', '李明', 'user42', '42'])(
    'accepts the user name %j',
    (name) => {
      expect(name).toMatch(USERNAME);
    },
  );

  it.each([
    '',
    'a',
    '.ada',
    'ada.',
    'a da',
    'ada@example.org',
    'a\u200bda',
    'a\u202eda',
    'ada\n',
    '<b>',
    'x'.repeat(65),
  ])('refuses the user name %j', (name) => {
    expect(name).not.toMatch(USERNAME);
  });
});
