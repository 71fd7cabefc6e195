import { generateURI, ScureBase32Plugin, verify } from 'otplib';

/** RFC 6238 with what every authenticator app supports: SHA-1, six digits, thirty seconds. */
const PERIOD_SECONDS = 30;
/** How far off a device's clock may be for us to recognize it, in steps to either side: ten minutes. */
const DRIFT_STEPS = 20;
/** RFC 4226, section 4, R6: 128 bits. */
const LEAST_SECRET_BYTES = 16;
/** 64 bytes: the block of SHA-1, and more than anybody makes. */
const LONGEST_SECRET = 103;
/** 160 bits, RFC 4226's recommendation. */
const SECRET_BYTES = 20;

const base32 = new ScureBase32Plugin();

export function secretFromBytes(bytes: Uint8Array): string {
  return base32.encode(bytes.subarray(0, SECRET_BYTES)).replace(/=+$/, '');
}

/** A seed as it is stored, out of how another program wrote it; or why it cannot be one. */
export function importedSecret(
  written: string,
):
  { readonly secret: string } | { readonly refusal: 'seed-not-base32' | 'seed-too-short' | 'seed-too-long' } {
  const letters = written.replace(/[\s-]/g, '').toUpperCase().replace(/=+$/, '');
  if (letters.length > LONGEST_SECRET) return { refusal: 'seed-too-long' };
  try {
    if (base32.decode(letters).length < LEAST_SECRET_BYTES) return { refusal: 'seed-too-short' };
  } catch {
    return { refusal: 'seed-not-base32' };
  }
  return { secret: letters };
}

/** What the QR code says (the key URI format of the authenticator apps). */
export function keyUri(secret: string, serviceName: string, username: string): string {
  return generateURI({ issuer: serviceName, label: username, secret });
}

/** The secret in groups of four, for typing. */
export function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)!.join(' ');
}

/** Six digits out of what was typed or pasted ("123 456", "１２３４５６"), or undefined. */
export function sixDigits(typed: string): string | undefined {
  const digits = typed.normalize('NFKC').replace(/[\s\p{Pd}\u00a0]/gu, '');
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/**
 * The time step a code belongs to, or undefined when it is none of this secret's: one step of tolerance to either side.
 * Whether that step is still unused is the caller's conditional update to decide.
 */
export async function matchingStep(secret: string, code: string, now: Date): Promise<number | undefined> {
  const result = await verify({
    secret,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance: PERIOD_SECONDS,
  });
  // An object either way, and truthy: only `valid` counts.
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/** The time step of a moment. */
export function stepAt(now: Date): number {
  return Math.floor(now.getTime() / 1000 / PERIOD_SECONDS);
}

/** A code that is right at another time than now: the device's clock is wrong. */
export interface Drift {
  readonly step: number;
  readonly direction: 'slow' | 'fast';
  /** At least 1. */
  readonly minutes: number;
}

/** By how much a device's clock is off, when a code outside the tolerance is one of ten minutes ago or ahead. It is refused all the same. */
export async function drift(secret: string, code: string, now: Date): Promise<Drift | undefined> {
  const result = await verify({
    secret,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance: DRIFT_STEPS * PERIOD_SECONDS,
  });
  if (!result.valid || !('timeStep' in result)) return undefined;
  const away = result.timeStep - stepAt(now);
  const minutes = Math.max(1, Math.round((Math.abs(away) * PERIOD_SECONDS) / 60));
  return { step: result.timeStep, direction: away < 0 ? 'slow' : 'fast', minutes };
}
