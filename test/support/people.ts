import type { Authenticator } from './authenticator.js';

/** Someone in a test: what they know, and, once enrolled, what they have. */
export interface Person {
  readonly username: string;
  readonly email: string;
  password: string;
  authenticator?: Authenticator;
  backupCodes?: string[];
}

const person = (username: string, password: string) => (): Person => ({
  username,
  email: `${username}@example.org`,
  password,
});

/** Password, and TOTP once she has enrolled. */
export const ada = person('ada', 'brass engine weaves numbers');
/** Password only. */
export const bea = person('bea', 'seven quiet lanterns drift');
/** Disabled. */
export const cy = person('cy', 'marble otter reads maps');
/** A newcomer. */
export const dov = person('dov', 'copper kites over harbour');
