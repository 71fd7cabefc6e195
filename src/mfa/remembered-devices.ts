import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Cookies } from '../http/cookies.js';
import { visitor } from '../http/visitor.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { randomToken, sha256 } from '../kernel/secrets.js';
import type { Account } from '../users/account.entity.js';
import { accountDeleted, accountDisabled, passwordChanged, type AccountChange } from '../users/events.js';
import { secondFactorChanged } from './events.js';

const COOKIE = 'remembered';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** People who share a browser each have a token of their own in its cookie. */
const MOST = 5;

export interface RememberedDevice {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

interface Row {
  id: string;
  user_agent: string | null;
  created_at: number | string;
  last_used_at: number | string;
  expires_at: number | string;
}

/**
 * Browsers in which an account's second factor was proven and need not be asked for again for a while. A token is made at
 * that proof and belongs to one account; it identifies nobody, and it dies with every change of password or factor.
 */
@Injectable()
export class RememberedDevices {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly cookies: Cookies,
    events: Events,
  ) {
    const forget = ({ accountId, sql: within }: AccountChange) =>
      within.run('DELETE FROM remembered_device WHERE account_id = ?', accountId).then(() => {});
    events.on(passwordChanged, forget);
    events.on(secondFactorChanged, forget);
    events.on(accountDisabled, forget);
    events.on(accountDeleted, forget);
  }

  /** Milliseconds; 0: no browser is remembered. */
  get lifetime(): number {
    return this.config.rememberDevice;
  }

  /** When this browser was remembered for this account (epoch milliseconds); undefined: it is not. */
  async since(req: Request, accountId: string): Promise<number | undefined> {
    const found = this.lifetime > 0 ? await this.find(req, accountId) : undefined;
    return found && Number(found.created_at);
  }

  /** A sign-in was let through because of it. */
  async used(req: Request, accountId: string): Promise<void> {
    const found = await this.find(req, accountId);
    if (!found) return;
    const now = this.clock.now().getTime();
    await this.sql.note('UPDATE remembered_device SET last_used_at = ? WHERE id = ?', now, found.id);
  }

  /**
   * @param account as it was when the factor was proven
   * @returns false: its password or factors have changed since, or the operator wants no browser remembered
   */
  async remember(req: Request, res: Response, account: Account): Promise<boolean> {
    if (this.lifetime === 0) return false;
    const earlier = await this.find(req, account.id);
    if (earlier) await this.forget(account.id, earlier.id);
    const token = randomToken(32);
    const now = this.clock.now().getTime();
    const remembered = await this.sql.run(
      `INSERT INTO remembered_device (id, token_hash, account_id, user_agent, created_at, last_used_at, expires_at)
       SELECT ?, ?, id, ?, ?, ?, ? FROM account
       WHERE id = ? AND factor_generation = ? AND COALESCE(password_hash, '') = ? AND disabled_at IS NULL`,
      randomToken(16),
      sha256(token),
      visitor()?.userAgent ?? null,
      now,
      now,
      now + this.lifetime,
      account.id,
      account.factorGeneration,
      account.passwordHash ?? '',
    );
    if (remembered !== 1) return false;
    const tokens = [token, ...(await this.livingTokens(req))].slice(0, MOST);
    this.cookies.write(res, COOKIE, tokens.join('.'), this.lifetime);
    return true;
  }

  /** Latest first. */
  async list(accountId: string): Promise<RememberedDevice[]> {
    const now = this.clock.now().getTime();
    const rows = await this.sql.rows<Row>(
      `SELECT id, user_agent, created_at, last_used_at, expires_at FROM remembered_device
       WHERE account_id = ? AND expires_at > ? AND created_at > ? ORDER BY last_used_at DESC`,
      accountId,
      now,
      now - this.lifetime,
    );
    return rows.map((row) => ({
      id: row.id,
      userAgent: row.user_agent,
      createdAt: new Date(Number(row.created_at)),
      lastUsedAt: new Date(Number(row.last_used_at)),
      expiresAt: new Date(Math.min(Number(row.expires_at), Number(row.created_at) + this.lifetime)),
    }));
  }

  /** False: the account has no such device. */
  async forget(accountId: string, id: string): Promise<boolean> {
    const statement = 'DELETE FROM remembered_device WHERE account_id = ? AND id = ?';
    return (await this.sql.run(statement, accountId, id)) === 1;
  }

  async forgetAll(accountId: string): Promise<void> {
    await this.sql.run('DELETE FROM remembered_device WHERE account_id = ?', accountId);
  }

  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM remembered_device WHERE id IN (SELECT id FROM remembered_device WHERE expires_at < ? LIMIT ?)',
      this.clock.now().getTime(),
      limit,
    );
  }

  private async find(req: Request, accountId: string): Promise<Row | undefined> {
    const now = this.clock.now().getTime();
    for (const token of this.tokens(req)) {
      const [row] = await this.sql.rows<Row>(
        `SELECT id, user_agent, created_at, last_used_at, expires_at FROM remembered_device
         WHERE token_hash = ? AND account_id = ? AND expires_at > ? AND created_at > ?`,
        sha256(token),
        accountId,
        now,
        // A shorter time that the operator has set since counts for those of before, too.
        now - this.lifetime,
      );
      if (row) return row;
    }
    return undefined;
  }

  /** Of those that this browser brings along: what was forgotten must not push anybody else's out. */
  private async livingTokens(req: Request): Promise<string[]> {
    const living: string[] = [];
    for (const token of this.tokens(req)) {
      const found = await this.sql.rows(
        'SELECT 1 AS living FROM remembered_device WHERE token_hash = ?',
        sha256(token),
      );
      if (found.length > 0) living.push(token);
    }
    return living;
  }

  private tokens(req: Request): string[] {
    const sent = this.cookies.read(req, COOKIE)?.split('.') ?? [];
    return sent.filter((token) => TOKEN.test(token)).slice(0, MOST);
  }
}
