import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

type Pbkdf2Digest = keyof typeof DIGEST_BYTES;

/** A hash that another program made, taken apart. The string itself is what is stored: its beginning names the scheme. */
export type ForeignHash = { readonly salt: Buffer; readonly hash: Buffer } & (
  | { readonly scheme: 'scrypt'; readonly N: number; readonly r: number; readonly p: number }
  | { readonly scheme: 'pbkdf2'; readonly digest: Pbkdf2Digest; readonly iterations: number }
);

/** Why a hash is not taken over. */
export type HashRefusal =
  'unknown-hash-scheme' | 'malformed-hash' | 'hash-too-costly' | 'hash-too-weak' | 'hash-too-long';

/** The width of account.password_hash. */
const LONGEST = 200;
/** A shorter hash is met by a wrong password too often; an empty one by every password. */
const LEAST_HASH_BYTES = 16;
const MOST_HASH_BYTES = 64;
const LEAST_SALT_BYTES = 8;
const DIGEST_BYTES = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;

/** Each sign-in of the account pays what its hash asks for, and so may anyone who tries: twice the defaults of today's frameworks. */
const MOST_ITERATIONS = 2_000_000;
const MOST_SCRYPT_BYTES = 64 * 1024 * 1024;
const MOST_SCRYPT_WORK = 2 ** 20;
const MOST_ARGON2_KIB = 64 * 1024;
/** KiB times passes. */
const MOST_ARGON2_WORK = 256 * 1024;

const LEAST_ITERATIONS = 1_000;
const LEAST_SCRYPT_N = 1_024;

const deriveScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);
const derivePbkdf2 = promisify(pbkdf2);

/** What is wrong with a hash that an import brings; undefined: it can be stored, and checked within bounds. */
export function hashRefusal(stored: string): HashRefusal | undefined {
  if (stored.length > LONGEST) return 'hash-too-long';
  if (stored.startsWith('$argon2')) return argon2Refusal(stored);
  const read = readForeignHash(stored);
  return typeof read === 'string' ? read : undefined;
}

/**
 * Werkzeug's `scrypt:N:r:p$salt$hex` and `pbkdf2:digest:iterations$salt$hex`, whose salt is a text; and with salt and hash in
 * base64 without padding `$pbkdf2-digest$i=iterations$salt$hash`, the same without `i=` (passlib, Authelia; without a digest
 * it is SHA-1), and `$scrypt$ln=15,r=8,p=1$salt$hash`.
 */
export function readForeignHash(stored: string): ForeignHash | HashRefusal {
  if (stored.length > LONGEST) return 'hash-too-long';
  const [method = '', salt = '', hex = '', ...more] = stored.split('$');
  if (method === '' && /^(?:pbkdf2(?:-|$)|scrypt$)/.test(salt)) return readPhc(stored);
  const [scheme, ...parameters] = method.split(':');
  if (scheme !== 'scrypt' && scheme !== 'pbkdf2') return 'unknown-hash-scheme';
  if (more.length > 0 || !/^(?:[0-9a-f]{2})+$/.test(hex) || salt === '') return 'malformed-hash';
  const facts = { salt: Buffer.from(salt, 'utf8'), hash: Buffer.from(hex, 'hex') };
  if (scheme === 'pbkdf2') return boundedPbkdf2(facts, parameters[0], parameters.slice(1));
  return boundedScrypt(facts, parameters);
}

/** In the time that the derivation takes, whatever the password is. It is taken as it was typed: other programs know no normal form. */
export async function verifyForeignHash(foreign: ForeignHash, password: string): Promise<boolean> {
  const { salt, hash } = foreign;
  const derived =
    foreign.scheme === 'scrypt'
      ? await deriveScrypt(password, salt, hash.length, {
          N: foreign.N,
          r: foreign.r,
          p: foreign.p,
          maxmem: 2 * MOST_SCRYPT_BYTES,
        })
      : await derivePbkdf2(password, salt, foreign.iterations, hash.length, foreign.digest);
  return timingSafeEqual(derived, hash);
}

type Facts = { readonly salt: Buffer; readonly hash: Buffer };

/** passlib writes a dot for the plus of base64. */
const BASE64 = '([A-Za-z0-9+./]+)';
const PHC_PBKDF2 = new RegExp(`^\\$pbkdf2(?:-(sha\\d+))?\\$(?:i=)?(\\d{1,9})\\$${BASE64}\\$${BASE64}$`);
const PHC_SCRYPT = new RegExp(
  `^\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,9}),p=(\\d{1,9})\\$${BASE64}\\$${BASE64}$`,
);

function readPhc(stored: string): ForeignHash | HashRefusal {
  const facts = (salt: string, hash: string) => ({ salt: decoded(salt), hash: decoded(hash) });
  const scrypt = PHC_SCRYPT.exec(stored) as string[] | null;
  if (scrypt) {
    const [, ln, r, p, salt, hash] = scrypt;
    if (Number(ln) > 30) return 'hash-too-costly';
    return boundedScrypt(facts(salt!, hash!), [String(2 ** Number(ln)), r!, p!]);
  }
  const pbkdf2 = PHC_PBKDF2.exec(stored) as string[] | null;
  if (!pbkdf2) return 'malformed-hash';
  const [, digest = 'sha1', iterations, salt, hash] = pbkdf2;
  return boundedPbkdf2(facts(salt!, hash!), digest, [iterations!]);
}

function decoded(base64: string): Buffer {
  return Buffer.from(base64.replaceAll('.', '+'), 'base64');
}

function boundedPbkdf2(facts: Facts, digest: string | undefined, rest: string[]): ForeignHash | HashRefusal {
  if (!digest || !Object.hasOwn(DIGEST_BYTES, digest)) return 'unknown-hash-scheme';
  const iterations = wholeNumber(rest[0]);
  if (rest.length !== 1 || iterations === undefined) return 'malformed-hash';
  const blocks = Math.ceil(facts.hash.length / DIGEST_BYTES[digest as Pbkdf2Digest]);
  if (iterations * blocks > MOST_ITERATIONS) return 'hash-too-costly';
  if (iterations < LEAST_ITERATIONS) return 'hash-too-weak';
  return bounded(facts) ?? { scheme: 'pbkdf2', digest: digest as Pbkdf2Digest, iterations, ...facts };
}

function boundedScrypt(facts: Facts, parameters: string[]): ForeignHash | HashRefusal {
  const [N, r, p] = parameters.map(wholeNumber);
  if (parameters.length !== 3 || !N || !r || !p) return 'malformed-hash';
  if (128 * N * r > MOST_SCRYPT_BYTES || N * r * p > MOST_SCRYPT_WORK) return 'hash-too-costly';
  if (!Number.isInteger(Math.log2(N))) return 'malformed-hash';
  if (N < LEAST_SCRYPT_N) return 'hash-too-weak';
  return bounded(facts) ?? { scheme: 'scrypt', N, r, p, ...facts };
}

function argon2Refusal(stored: string): HashRefusal | undefined {
  const [, parameters = '', salt = '', hash = ''] =
    /^\$argon2(?:id|i|d)\$v=19\$([mtp=,\d]{11,50})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored) ?? [];
  // Libraries write them in different orders.
  const named = new Map(parameters.split(',').map((each) => each.split('=') as [string, string]));
  const [m, t, p] = ['m', 't', 'p'].map((name) => wholeNumber(named.get(name)));
  if (!m || !t || !p || parameters.split(',').length !== 3) return 'malformed-hash';
  if (m > MOST_ARGON2_KIB || m * t > MOST_ARGON2_WORK || p > 8) return 'hash-too-costly';
  if (m < 8 * p) return 'malformed-hash';
  return bounded({ salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') });
}

function bounded({ salt, hash }: Facts): HashRefusal | undefined {
  if (hash.length < LEAST_HASH_BYTES || salt.length < LEAST_SALT_BYTES) return 'hash-too-weak';
  return hash.length > MOST_HASH_BYTES ? 'hash-too-long' : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
