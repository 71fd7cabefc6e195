import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Cookies } from '../http/cookies.js';
import { Clock, DAY, HOUR } from '../kernel/clock.js';
import { randomToken, sha256 } from '../kernel/secrets.js';
import { HELP_DESK, OPERATORS } from './groups.service.js';

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

/** One that nobody has used yet, as operators see it: without its link, which nobody keeps. */
export interface OpenInvitation {
  readonly id: string;
  /** Whom it is for, where that was said. */
  readonly email: string | null;
  /** The account of whoever made it; null: the shell, or a program. */
  readonly madeBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface OpenRow {
  id: string;
  email: string | null;
  account_id: string | null;
  created_at: number | string;
  expires_at: number | string;
}

const LIFETIME = 7 * DAY;
const COOKIE = 'invitation';
/** Long enough to register and sign in; who comes later opens the link again. */
const CARRIED_FOR = HOUR;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const ROLES = `('${OPERATORS}', '${HELP_DESK}')`;

/**
 * Which rows can still be used, at the moment that is its one parameter. A set-up link ends with the first operator; what an
 * operator or a member of the help desk made ends with their being one.
 */
export const USABLE = `used_at IS NULL AND expires_at > ? AND (
  (kind = 'operator' AND NOT EXISTS (SELECT 1 FROM group_member WHERE group_name = '${OPERATORS}')) OR
  (kind = 'person' AND (invitation.account_id IS NULL OR EXISTS
    (SELECT 1 FROM group_member WHERE group_name IN ${ROLES} AND group_member.account_id = invitation.account_id))))`;

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

  /**
   * For one account.
   * @param madeBy null: the shell
   * @param email whom it is for
   */
  async make(
    madeBy: string | null,
    email: string | null = null,
    sql: SqlRunner = this.sql,
  ): Promise<PrintedLink & { readonly id: string }> {
    const token = randomToken(32);
    const id = randomToken(16);
    const now = this.clock.now().getTime();
    await sql.run(
      `INSERT INTO invitation (hash, id, email, kind, nonce, account_id, created_at, expires_at, used_at)
       VALUES (?, ?, ?, 'person', NULL, ?, ?, ?, NULL)`,
      sha256(token),
      id,
      email,
      madeBy,
      now,
      now + LIFETIME,
    );
    return { id, url: this.link(token), expiresAt: new Date(now + LIFETIME) };
  }

  /** A new link for one that can still be used; the one before it is worthless. For a letter, and nobody else. */
  async linkAnew(id: string): Promise<PrintedLink | undefined> {
    const token = randomToken(32);
    const [row] = await this.sql.rows<{ expires_at: number | string }>(
      `UPDATE invitation SET hash = ? WHERE id = ? AND ${USABLE} RETURNING expires_at`,
      sha256(token),
      id,
      this.clock.now().getTime(),
    );
    return row && { url: this.link(token), expiresAt: new Date(Number(row.expires_at)) };
  }

  /** Those that can still be used, the newest first. */
  async open(limit: number): Promise<OpenInvitation[]> {
    const rows = await this.sql.rows<OpenRow>(
      `SELECT id, email, account_id, created_at, expires_at FROM invitation
       WHERE kind = 'person' AND id IS NOT NULL AND ${USABLE} ORDER BY created_at DESC, id LIMIT ?`,
      this.clock.now().getTime(),
      limit,
    );
    return rows.map((row) => ({
      id: row.id,
      email: row.email,
      madeBy: row.account_id,
      createdAt: new Date(Number(row.created_at)),
      expiresAt: new Date(Number(row.expires_at)),
    }));
  }

  /** @returns false: it was used, or has ended, at this very moment perhaps */
  async withdraw(id: string): Promise<boolean> {
    const withdrawn = await this.sql.run(
      `DELETE FROM invitation WHERE id = ? AND kind = 'person' AND ${USABLE}`,
      id,
      this.clock.now().getTime(),
    );
    return withdrawn === 1;
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

  private link(token: string): string {
    return this.config.url(`/invitation?token=${token}`);
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
