import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Cookies } from '../http/cookies.js';
import { Clock, DAY, HOUR } from '../kernel/clock.js';
import { randomToken, sha256 } from '../kernel/secrets.js';
import { OPERATORS } from './groups.service.js';

export type InvitationKind = 'person' | 'operator';

/** An invitation that can still be used. */
export interface Invitation {
  readonly kind: InvitationKind;
  readonly token: string;
}

export interface PrintedLink {
  readonly url: string;
  readonly expiresAt: Date;
}

const LIFETIME = 7 * DAY;
const COOKIE = 'invitation';
/** Long enough to register and sign in; who comes later opens the link again. */
const CARRIED_FOR = HOUR;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Which rows can still be used, at the moment that is its one parameter. A set-up link ends with the first operator; what an
 * operator made ends with their being one.
 */
export const USABLE = `used_at IS NULL AND expires_at > ? AND (
  (kind = 'operator' AND NOT EXISTS (SELECT 1 FROM group_member WHERE group_name = '${OPERATORS}')) OR
  (kind = 'person' AND (invitation.account_id IS NULL OR EXISTS
    (SELECT 1 FROM group_member WHERE group_name = '${OPERATORS}' AND group_member.account_id = invitation.account_id))))`;

/**
 * Links to register with where registration is closed. Opening one changes nothing: its page has a button, after which the
 * browser carries the invitation to the registration. There it is used up, with the account that it allows.
 */
@Injectable()
export class Invitations {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly cookies: Cookies,
    private readonly clock: Clock,
  ) {}

  /** For one account. @param madeBy null: the shell */
  async make(madeBy: string | null): Promise<PrintedLink> {
    const token = randomToken(32);
    const now = this.clock.now().getTime();
    await this.sql.run(
      `INSERT INTO invitation (hash, kind, nonce, account_id, created_at, expires_at, used_at)
       VALUES (?, 'person', NULL, ?, ?, ?, NULL)`,
      sha256(token),
      madeBy,
      now,
      now + LIFETIME,
    );
    return { url: this.config.url(`/invitation?token=${token}`), expiresAt: new Date(now + LIFETIME) };
  }

  /** It stays usable. */
  async find(kind: InvitationKind, token: unknown): Promise<Invitation | undefined> {
    const found = await this.look(token);
    return found?.kind === kind ? found : undefined;
  }

  /** The one that this browser carries. */
  async of(req: Request): Promise<Invitation | undefined> {
    const token = this.cookies.read(req, COOKIE);
    return token === undefined ? undefined : this.look(token);
  }

  /** From here on this browser may register. */
  carry(res: Response, { token }: Invitation): void {
    this.cookies.write(res, COOKIE, token, CARRIED_FOR);
  }

  /** Uses a person's invitation up, in the transaction that makes the account. Of any number of parallel calls one gets it. */
  async spend(sql: SqlRunner, token: string): Promise<boolean> {
    const now = this.clock.now().getTime();
    const spent = await sql.run(
      `UPDATE invitation SET used_at = ? WHERE hash = ? AND kind = 'person' AND ${USABLE}`,
      now,
      sha256(token),
      now,
    );
    return spent === 1;
  }

  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM invitation WHERE hash IN (SELECT hash FROM invitation WHERE expires_at < ? LIMIT ?)',
      this.clock.now().getTime(),
      limit,
    );
  }

  private async look(token: unknown): Promise<Invitation | undefined> {
    if (typeof token !== 'string' || !TOKEN.test(token)) return undefined;
    const [row] = await this.sql.rows<{ kind: InvitationKind }>(
      `SELECT kind FROM invitation WHERE hash = ? AND ${USABLE}`,
      sha256(token),
      this.clock.now().getTime(),
    );
    return row && { kind: row.kind, token };
  }
}
