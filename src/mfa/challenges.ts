import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { Sql } from '../database/sql.js';
import { Clock, MINUTE } from '../kernel/clock.js';
import { randomToken, Secrets, sha256 } from '../kernel/secrets.js';

/** How long a person has to find the key and touch it. */
export const CHALLENGE_LIFETIME = 5 * MINUTE;

const RANDOM_BYTES = 16;
const EXPIRY_BYTES = 8;
const MAC_BYTES = 32;

/** `probe` is no authenticator's: the operator's doctor asks with it how a request of its own arrives (ops/probe.guard.ts). */
export type ChallengePurpose = 'register' | 'authenticate' | 'probe';

/**
 * What an authenticator has to sign (Web Authentication, section 13.4.3): random bytes, an expiry, and a MAC over both,
 * the purpose and the ceremony. Nothing is stored until one is answered, so showing a page changes nothing.
 */
@Injectable()
export class Challenges {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
  ) {}

  /**
   * @param ceremony what the challenge belongs to, `interaction:<uid>` or `session:<uid>`: elsewhere it is worth nothing
   * @returns base64url
   */
  issue(purpose: ChallengePurpose, ceremony: string): string {
    return issueChallenge(this.secrets, this.clock.now(), purpose, ceremony);
  }

  /**
   * Whether a challenge was issued for this, is still in time, and was never answered before.
   * One INSERT is the verdict: of any number of parallel replays one makes a row.
   */
  async spend(challenge: string, purpose: ChallengePurpose, ceremony: string): Promise<boolean> {
    const expiresAt = this.expiryOf(challenge, purpose, ceremony);
    if (expiresAt === undefined || expiresAt <= this.clock.now().getTime()) return false;
    const inserted = await this.sql.run(
      'INSERT INTO spent_challenge (hash, expires_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING',
      sha256(challenge),
      expiresAt,
    );
    return inserted === 1;
  }

  /** Removes at most `limit` rows. They stay for a while after their expiry: another instance's clock may be slow. */
  removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM spent_challenge WHERE hash IN (SELECT hash FROM spent_challenge WHERE expires_at < ? LIMIT ?)',
      this.clock.now().getTime() - CHALLENGE_LIFETIME,
      limit,
    );
  }

  /** Epoch milliseconds; undefined: not a challenge of ours, or not for this. */
  private expiryOf(challenge: string, purpose: ChallengePurpose, ceremony: string): number | undefined {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== RANDOM_BYTES + EXPIRY_BYTES + MAC_BYTES) return undefined;
    // The last character has spare bits: another spelling would be another row, and so a second use.
    if (bytes.toString('base64url') !== challenge) return undefined;
    const random = bytes.subarray(0, RANDOM_BYTES);
    const expiry = bytes.subarray(RANDOM_BYTES, RANDOM_BYTES + EXPIRY_BYTES);
    const mac = bytes.subarray(RANDOM_BYTES + EXPIRY_BYTES);
    if (!timingSafeEqual(mac, macOf(this.secrets, purpose, ceremony, random, expiry))) return undefined;
    return Number(expiry.readBigUInt64BE());
  }
}

/** For who has the master secret and no database. */
export function issueChallenge(
  secrets: Secrets,
  now: Date,
  purpose: ChallengePurpose,
  ceremony: string,
): string {
  const random = Buffer.from(randomToken(RANDOM_BYTES), 'base64url');
  const expiry = Buffer.alloc(EXPIRY_BYTES);
  expiry.writeBigUInt64BE(BigInt(now.getTime() + CHALLENGE_LIFETIME));
  const mac = macOf(secrets, purpose, ceremony, random, expiry);
  return Buffer.concat([random, expiry, mac]).toString('base64url');
}

function macOf(
  secrets: Secrets,
  purpose: ChallengePurpose,
  ceremony: string,
  random: Buffer,
  expiry: Buffer,
): Buffer {
  return secrets.mac(
    'webauthn-challenge',
    JSON.stringify([purpose, ceremony, random.toString('hex'), expiry.toString('hex')]),
  );
}
