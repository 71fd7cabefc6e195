import { createGuardrails, generateURI, verify } from 'otplib';
import { seedOfBytes, type Seed } from './seed.js';

/** How far off a device's clock may be for us to recognize it: ten minutes. */
const DRIFT_SECONDS = 600;
/** 160 bits, RFC 4226's recommendation. */
const SECRET_BYTES = 20;

/** How short a seed may be is said where one comes in (seed.ts). */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });

export function secretFromBytes(bytes: Uint8Array): string {
  return seedOfBytes(bytes.subarray(0, SECRET_BYTES));
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
  const digits = digitsIn(typed);
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/** The same, of six digits or eight: how many it takes is the seed's to say. */
export function codeDigits(typed: string): string | undefined {
  const digits = digitsIn(typed);
  return /^(?:[0-9]{6}|[0-9]{8})$/.test(digits) ? digits : undefined;
}

function digitsIn(typed: string): string {
  return typed.normalize('NFKC').replace(/[\s\p{Pd}\u00a0]/gu, '');
}

/**
 * The time step a code belongs to, or undefined when it is none of this seed's: one step of tolerance to either side.
 * Whether that step is still unused is the caller's conditional update to decide.
 */
export async function matchingStep(seed: Seed, code: string, now: Date): Promise<number | undefined> {
  return stepWithin(seed, code, now, seed.period);
}

/** The time step of a moment. */
export function stepAt(now: Date, { period }: Seed): number {
  return Math.floor(now.getTime() / 1000 / period);
}

/** A code that is right at another time than now: the device's clock is wrong. */
export interface Drift {
  readonly step: number;
  readonly direction: 'slow' | 'fast';
  /** At least 1. */
  readonly minutes: number;
}

/** By how much a device's clock is off, when a code outside the tolerance is one of ten minutes ago or ahead. It is refused all the same. */
export async function drift(seed: Seed, code: string, now: Date): Promise<Drift | undefined> {
  const step = await stepWithin(seed, code, now, DRIFT_SECONDS);
  if (step === undefined) return undefined;
  const away = step - stepAt(now, seed);
  const minutes = Math.max(1, Math.round((Math.abs(away) * seed.period) / 60));
  return { step, direction: away < 0 ? 'slow' : 'fast', minutes };
}

async function stepWithin(
  { secret, algorithm, digits, period }: Seed,
  code: string,
  now: Date,
  epochTolerance: number,
): Promise<number | undefined> {
  if (code.length !== digits) return undefined;
  const result = await verify({
    secret,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance,
    algorithm: algorithm.toLowerCase() as Lowercase<Seed['algorithm']>,
    digits,
    period,
    guardrails,
  });
  // An object either way, and truthy: only `valid` counts.
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
