import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { MessageRef } from '../http/form.js';
import { PASSWORD_MAX_LENGTH } from './password-hash.js';

/** Fewer guesses than this and a password is found within a throttled online attack of months. */
const LEAST_GUESSES_LOG10 = 6;
/**
 * Characters that are judged: the estimate of a long text takes a third of a second, which anyone could ask for.
 * Whoever gets this far without a guessable beginning is not guessed by the rest.
 */
const ESTIMATED = 32;
/** UTF-16 units beyond which nothing can be short enough: a megabyte is not even normalized. */
const LONGEST_LOOKED_AT = 4 * PASSWORD_MAX_LENGTH + 1;
/** What must be left of a password when the person's own names are taken out of it. */
const LEAST_WITHOUT_NAMES = 8;

/** Which passwords are accepted: long enough and not guessable; no rules of composition (NIST SP 800-63B-4, 3.1.1.2). */
@Injectable()
export class PasswordPolicy {
  constructor(private readonly config: Config) {}

  get minLength(): number {
    return this.config.passwordMinLength;
  }

  /** The reason why a new password is refused, or undefined when it is accepted. */
  async refusal(
    password: string,
    names: { username: string; email: string },
  ): Promise<MessageRef | undefined> {
    const characters = [...password.slice(0, LONGEST_LOOKED_AT).normalize('NFKC')];
    const { length } = characters;
    if (length < this.minLength)
      return { key: 'password.too-short', params: { min: this.minLength, length } };
    if (length > PASSWORD_MAX_LENGTH)
      return { key: 'password.too-long', params: { max: PASSWORD_MAX_LENGTH } };

    const context = [
      names.username,
      names.email,
      names.email.split('@')[0] ?? '',
      this.config.serviceName,
      'gatehouse',
    ];
    if (consistsOf(password, context)) return 'password.is-your-name';
    const { estimate } = await import('./password-strength.js');
    const { guessesLog10, warning } = estimate(once(characters).slice(0, ESTIMATED).join(''), context);
    if (guessesLog10 >= LEAST_GUESSES_LOG10) return undefined;
    return warning && PATTERN_WARNINGS.has(warning) ? 'password.is-a-pattern' : 'password.is-common';
  }
}

const PATTERN_WARNINGS = new Set([
  'straightRow',
  'keyPattern',
  'simpleRepeat',
  'extendedRepeat',
  'sequences',
  'dates',
  'recentYears',
]);

function consistsOf(password: string, names: string[]): boolean {
  let rest = password.normalize('NFKC').toLowerCase();
  for (const name of names
    .map((n) => n.normalize('NFKC').toLowerCase())
    .sort((a, b) => b.length - a.length)) {
    if (name.length >= 4) rest = rest.replaceAll(name, '');
  }
  return [...rest].length < LEAST_WITHOUT_NAMES && rest.length < password.length;
}

/** What is repeated, where a password is something said over and over. */
function once(characters: string[]): string[] {
  for (let period = 1; period <= characters.length / 2; period++) {
    if (characters.every((character, index) => index < period || character === characters[index - period])) {
      return characters.slice(0, period);
    }
  }
  return characters;
}
