import { generateURI, ScureBase32Plugin, verify } from 'otplib';

/** RFC 6238 with what every authenticator app supports: SHA-1, six digits, thirty seconds. */
const PERIOD_SECONDS = 30;
/** 160 bits, RFC 4226's recommendation. */
const SECRET_BYTES = 20;

const base32 = new ScureBase32Plugin();

export function secretFromBytes(bytes: Uint8Array): string {
  return base32.encode(bytes.subarray(0, SECRET_BYTES)).replace(/=+$/, '');
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
