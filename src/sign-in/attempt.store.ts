import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { sha256 } from '../kernel/secrets.js';
import type { Factor, Proof } from '../mfa/assurance.js';
import type { Interaction } from '../oidc/interactions.service.js';

/** How far an interaction has come: who was identified, and what that person has proven. */
export interface Attempt {
  readonly id: string;
  readonly accountId: string | undefined;
  readonly proofs: readonly Proof[];
  /** 0: nothing is stored yet. */
  readonly version: number;
  readonly expiresAt: number;
}

interface Row {
  account_id: string | null;
  proofs: string;
  version: number;
}

/** RFC 8176 values of a session, as the factors that were proven when it began. */
const FACTOR_OF_METHOD: Record<string, Factor> = { pwd: 'password', otp: 'totp' };

/** One row for each interaction in which something was proven. */
@Injectable()
export class AttemptStore {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /** The attempt of an interaction; before anything was proven here, what the existing session proves. */
  async of(interaction: Interaction): Promise<Attempt> {
    const id = sha256(interaction.uid);
    const { expiresAt, session } = interaction;
    const [row] = await this.sql.rows<Row>(
      'SELECT account_id, proofs, version FROM sign_in_attempt WHERE id = ? AND expires_at > ?',
      id,
      this.clock.now().getTime(),
    );
    if (row)
      return {
        id,
        expiresAt,
        accountId: row.account_id ?? undefined,
        proofs: JSON.parse(row.proofs) as Proof[],
        version: Number(row.version),
      };
    const proofs = (session?.amr ?? []).flatMap((method) => {
      const factor = FACTOR_OF_METHOD[method];
      return factor ? [{ factor, at: session!.signedInAt }] : [];
    });
    return { id, expiresAt, accountId: session?.accountId, proofs, version: 0 };
  }

  /**
   * Adds a proof. Another person's proof begins the attempt anew: proofs of two people never stand together.
   * When a parallel post was faster nothing is added, and the dispatcher shows what is due then.
   */
  async prove(attempt: Attempt, accountId: string, factor: Factor): Promise<void> {
    const now = this.clock.now().getTime();
    const earlier = attempt.accountId === accountId ? attempt.proofs : [];
    const proofs = JSON.stringify([...earlier, { factor, at: now }]);
    if (attempt.version === 0) {
      await this.sql.run(
        `INSERT INTO sign_in_attempt (id, account_id, proofs, version, created_at, expires_at) VALUES (?, ?, ?, 1, ?, ?)
         ON CONFLICT (id) DO NOTHING`,
        attempt.id,
        accountId,
        proofs,
        now,
        attempt.expiresAt,
      );
    } else {
      await this.sql.run(
        'UPDATE sign_in_attempt SET account_id = ?, proofs = ?, version = version + 1 WHERE id = ? AND version = ?',
        accountId,
        proofs,
        attempt.id,
        attempt.version,
      );
    }
  }

  /** Ends the attempt. True for exactly one of any number of parallel calls. */
  async close(attempt: Attempt): Promise<boolean> {
    return (
      (await this.sql.run(
        'DELETE FROM sign_in_attempt WHERE id = ? AND version = ?',
        attempt.id,
        attempt.version,
      )) === 1
    );
  }

  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM sign_in_attempt WHERE id IN (SELECT id FROM sign_in_attempt WHERE expires_at < ? LIMIT ?)',
      this.clock.now().getTime(),
      limit,
    );
  }
}
