import { describe, expect, it } from '@jest/globals';
import type { Config } from '../config/config.js';
import { PasswordPolicy } from './password-policy.js';

const policy = new PasswordPolicy({ passwordMinLength: 12, serviceName: 'Example Login' } as Config);
const names = { username: 'ada.lovelace', email: 'countess@analytical.example' };
const reason = async (password: string) => {
  const refusal = await policy.refusal(password, names);
  return typeof refusal === 'object' ? refusal.key : refusal;
};

describe('the password policy', () => {
  it.each([
    'brass engine weaves numbers',
    'Tr0ub4dor&3-horse',
    'correct horse battery staple',
    'xk7Qw92mPzLd',
    'пароль не для всех глаз',
    '🦉🧵🪔🎏 over the quiet hill',
    'ada.lovelace likes brass engines',
    `${'long passphrases are welcome '.repeat(4)}ok`,
  ])('accepts %j', async (password) => {
    expect(await policy.refusal(password, names)).toBeUndefined();
  });

  it.each([
    ['short', 'password.too-short'],
    ['elevenchars', 'password.too-short'],
    ['🦉'.repeat(11), 'password.too-short'],
    ['x'.repeat(129), 'password.too-long'],
    ['password1234', 'password.is-common'],
    ['passwordpassword', 'password.is-common'],
    ['Password123456', 'password.is-common'],
    ['123456789012', 'password.is-common'],
    ['qwertyuiop[]', 'password.is-a-pattern'],
    ['aaaaaaaaaaaaaaaa', 'password.is-common'],
    ['abcdefghijklmnop', 'password.is-a-pattern'],
    ['password1'.repeat(14), 'password.is-common'],
    ['P4$$w0rd!'.repeat(5), 'password.is-common'],
    ['ada.lovelace', 'password.is-your-name'],
    ['Ada.Lovelace1!', 'password.is-your-name'],
    ['countess@analytical.example', 'password.is-your-name'],
    ['Example Login 1', 'password.is-your-name'],
    ['gatehouse2026', 'password.is-your-name'],
  ])('refuses %j with the honest reason %s', async (password, key) => {
    expect(await reason(password)).toBe(key);
  });

  it('takes no noticeable time, whatever is typed', async () => {
    const started = performance.now();
    for (const password of [
      'a'.repeat(128),
      'password1'.repeat(14),
      'P4$$w0rd!'.repeat(14),
      'x'.repeat(1_000_000),
    ])
      await policy.refusal(password, names);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
