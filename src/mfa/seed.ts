import { ScureBase32Plugin } from 'otplib';

/** What an authenticator app makes codes of, and how: what RFC 6238 leaves open, and what the apps can. */
export interface Seed {
  /** base32 */
  readonly secret: string;
  readonly algorithm: (typeof ALGORITHMS)[number];
  readonly digits: (typeof DIGITS)[number];
  /** Seconds. */
  readonly period: (typeof PERIODS)[number];
}

export type SeedRefusal =
  'seed-not-base32' | 'seed-too-short' | 'seed-too-long' | 'seed-of-other-kind' | 'seed-with-other-clock';

const ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
const DIGITS = [6, 8] as const;
const PERIODS = [30, 60] as const;

/** What every authenticator app can, and so what is made here. */
const USUAL = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

/**
 * RFC 4226 asks for 128 bits (section 4, R6); pyotp and Google Authenticator made 80 for years. Nobody guesses those either, and
 * whoever were refused for it would come in with their password alone: they are taken over, and told to set up a new one.
 */
const LEAST_BYTES = 10;
const STRONG_BYTES = 16;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 64 bytes: the block of SHA-1, and more than anybody makes. */
const LONGEST = 103;

const base32 = new ScureBase32Plugin();

export function usualSeed(secret: string): Seed {
  return { secret, ...USUAL };
}

/** A seed as another program wrote it, or why it cannot be one. `how`: what it says of the codes; nothing: the usual. */
export function importedSeed(
  written: string,
  how: { readonly algorithm?: string; readonly digits?: number; readonly period?: number } = {},
): Seed | { readonly refusal: SeedRefusal } {
  const letters = wholeBytes(written.replace(/[\s-]/g, '').toUpperCase().replace(/=+$/, ''));
  if (letters.length > LONGEST) return { refusal: 'seed-too-long' };
  const bytes = bytesOf(letters);
  if (bytes === undefined) return { refusal: 'seed-not-base32' };
  if (bytes < LEAST_BYTES) return { refusal: 'seed-too-short' };
  const asked = (how.algorithm ?? USUAL.algorithm).toUpperCase().replace(/^HMAC|[-_]/g, '');
  const algorithm = ALGORITHMS.find((each) => each === asked);
  const digits = DIGITS.find((each) => each === (how.digits ?? USUAL.digits));
  const period = PERIODS.find((each) => each === (how.period ?? USUAL.period));
  if (!algorithm || !digits) return { refusal: 'seed-of-other-kind' };
  return period ? { secret: letters, algorithm, digits, period } : { refusal: 'seed-with-other-clock' };
}

/** Letters drawn at random end in bits that make no byte: apps pass over them, the library does not. */
function wholeBytes(letters: string): string {
  const spare = (letters.length * 5) % 8;
  const last = LETTERS.indexOf(letters.at(-1) ?? '');
  return spare < 5 && last >= 0 ? letters.slice(0, -1) + LETTERS[(last >> spare) << spare]! : letters;
}

/** Whether it has fewer bits than RFC 4226 asks for. */
export function isWeakSeed({ secret }: Seed): boolean {
  return (bytesOf(secret) ?? 0) < STRONG_BYTES;
}

/** Bytes as other programs keep them, in base32. */
export function seedOfBytes(bytes: Uint8Array): string {
  return base32.encode(bytes).replace(/=+$/, '');
}

/** How it differs from the usual, for files. */
export function unusual({ algorithm, digits, period }: Seed): Partial<Omit<Seed, 'secret'>> {
  return algorithm === USUAL.algorithm && digits === USUAL.digits && period === USUAL.period
    ? {}
    : { algorithm, digits, period };
}

/** What is sealed: the secret alone where the rest is as usual. */
export function writtenSeed(seed: Seed): string {
  const { algorithm, digits, period } = seed;
  if (Object.keys(unusual(seed)).length === 0) return seed.secret;
  const how = new URLSearchParams({ algorithm, digits: String(digits), period: String(period) });
  return `${seed.secret}?${how.toString()}`;
}

export function readSeed(sealed: string): Seed {
  const [secret = '', how] = sealed.split('?');
  if (how === undefined) return usualSeed(secret);
  const { algorithm, digits, period } = Object.fromEntries(new URLSearchParams(how));
  return { secret, algorithm, digits: Number(digits), period: Number(period) } as Seed;
}

function bytesOf(letters: string): number | undefined {
  try {
    return base32.decode(letters).length;
  } catch {
    return undefined;
  }
}
