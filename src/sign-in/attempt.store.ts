import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { sha256 } from '../kernel/secrets.js';
import { factorsOf, type Factor, type Proof } from '../mfa/assurance.js';
import { secondFactorChanged } from '../mfa/events.js';
import { signedOutEverywhere } from '../oidc/sessions/events.js';
import { InteractionTokens } from '../oidc/interaction-tokens.js';
import type { Interaction } from '../oidc/interactions.service.js';
import {
  accountDeleted,
  accountDisabled,
  deletionRequested,
  passwordChanged,
  type AccountChange,
} from '../users/events.js';

/** How far an interaction has come: who was identified, and what that person has proven. */
export interface Attempt {
  readonly id: string;
  readonly uid: string;
  readonly accountId: string | undefined;
  readonly proofs: readonly Proof[];
  /** 0: nothing was proven here by this browser yet. */
  readonly version: number;
  /** Fingerprint of the token of the browser that proves; '' at version 0. */
  readonly token: string;
  readonly expiresAt: number;
}

interface Row {
  account_id: string | null;
  proofs: string;
  version: number;
}

/** Another request was faster. */
export class AttemptClosed extends Error {}

/** One row for each interaction in which something was proven, readable only by the browser that proved it. */
@Injectable()
export class AttemptStore {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly tokens: InteractionTokens,
    events: Events,
  ) {
    // Whoever got half-way with the old password or factor does not get the rest of the way.
    const ended = ({ accountId, keep, sql: within }: AccountChange) =>
      within.rows<{ expires_at: number | string }>(
        'DELETE FROM sign_in_attempt WHERE account_id = ? AND id <> ? RETURNING expires_at',
        accountId,
        keep?.attemptId ?? '',
      );
    const endOthers = (change: AccountChange) => ended(change).then(() => {});
    events.on(passwordChanged, endOthers);
    events.on(secondFactorChanged, endOthers);
    events.on(accountDisabled, endOthers);
    events.on(deletionRequested, endOthers);
    events.on(signedOutEverywhere, async (change) => {
      const now = this.clock.now().getTime();
      if ((await ended(change)).some(({ expires_at: expiresAt }) => Number(expiresAt) > now)) change.ended();
    });
    events.on(accountDeleted, ({ accountId, sql: within }) => endOthers({ accountId, sql: within }));
  }

  /** The attempt of an interaction; before this browser proved anything here, what its session proves. */
  async of(req: Request, { uid, expiresAt, session }: Interaction): Promise<Attempt> {
    const id = sha256(uid);
    const token = this.tokens.fingerprint(req);
    const [row] = await this.sql.rows<Row>(
      'SELECT account_id, proofs, version FROM sign_in_attempt WHERE id = ? AND token = ? AND expires_at > ?',
      id,
      token,
      this.clock.now().getTime(),
    );
    if (row) {
      const proofs = JSON.parse(row.proofs) as Proof[];
      return {
        id,
        uid,
        expiresAt,
        token,
        proofs,
        accountId: row.account_id ?? undefined,
        version: Number(row.version),
      };
    }
    const proofs = factorsOf(session?.amr ?? []).map((factor) => ({ factor, at: session!.signedInAt }));
    return { id, uid, expiresAt, proofs, accountId: session?.accountId, version: 0, token: '' };
  }

  /**
   * Adds a proof. Another person's proof begins the attempt anew: proofs of two people never stand together.
   * When a parallel post was faster nothing is added, and the dispatcher shows what is due then.
   */
  async prove(res: Response, attempt: Attempt, accountId: string, factor: Factor): Promise<void> {
    const now = this.clock.now().getTime();
    const earlier = attempt.accountId === accountId ? attempt.proofs : [];
    const proofs = JSON.stringify([...earlier, { factor, at: now }]);
    if (attempt.version > 0) {
      await this.sql.note(
        'UPDATE sign_in_attempt SET account_id = ?, proofs = ?, version = version + 1 WHERE id = ? AND token = ? AND version = ?',
        accountId,
        proofs,
        attempt.id,
        attempt.token,
        attempt.version,
      );
      return;
    }
    // What another browser may have proven in this interaction is replaced, never added to.
    await this.sql.note(
      `INSERT INTO sign_in_attempt (id, token, account_id, proofs, version, created_at, expires_at) VALUES (?, ?, ?, ?, 1, ?, ?)
       ON CONFLICT (id) DO UPDATE SET token = excluded.token, account_id = excluded.account_id, proofs = excluded.proofs,
         version = sign_in_attempt.version + 1`,
      attempt.id,
      this.tokens.issue(res, attempt.uid),
      accountId,
      proofs,
      now,
      attempt.expiresAt,
    );
  }

  /**
   * Ends the attempt, in the transaction of what follows from it: of any number of parallel calls one goes on.
   * @throws AttemptClosed
   */
  async close(sql: SqlRunner, { id, token, version }: Attempt): Promise<void> {
    const statement = 'DELETE FROM sign_in_attempt WHERE id = ? AND token = ? AND version = ?';
    if ((await sql.run(statement, id, token, version)) !== 1) throw new AttemptClosed();
  }

  /** Nothing follows from it. */
  async forget({ id, token }: Attempt): Promise<void> {
    await this.sql.run('DELETE FROM sign_in_attempt WHERE id = ? AND token = ?', id, token);
  }

  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM sign_in_attempt WHERE id IN (SELECT id FROM sign_in_attempt WHERE expires_at < ? LIMIT ?)',
      this.clock.now().getTime(),
      limit,
    );
  }
}
