import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock, DAY } from '../kernel/clock.js';
import { randomToken, Secrets, sha256 } from '../kernel/secrets.js';
import { lockOperators, OPERATORS } from './groups.service.js';
import { USABLE, type PrintedLink } from './invitations.js';

const LIFETIME = DAY;

interface Row {
  hash: string;
  nonce: string;
  expires_at: number | string;
}

/**
 * The link that makes the first operator, while there is none. There is one at a time. Its token is made of a nonce in the
 * database and the master secret outside of it: every instance prints the same one, and a stolen database has none.
 */
@Injectable()
export class SetUpLinks {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** The link that works; a new one where none does. @returns undefined: there is an operator */
  async current(): Promise<PrintedLink | undefined> {
    return this.sql.transaction(async (sql) => {
      await lockOperators(sql, this.clock.now().getTime());
      const [row] = await sql.rows<Row>(
        `SELECT hash, nonce, expires_at FROM invitation WHERE kind = 'operator' AND ${USABLE}`,
        this.clock.now().getTime(),
      );
      // Made under another master secret: nobody knows its token any more.
      const isOurs = row && sha256(this.token(row.nonce)) === row.hash;
      return isOurs ? this.printed(row.nonce, Number(row.expires_at)) : this.makeWithin(sql);
    });
  }

  /** A new link; the one before it is worthless. @returns undefined: there is an operator */
  async renew(): Promise<PrintedLink | undefined> {
    return this.sql.transaction(async (sql) => {
      await lockOperators(sql, this.clock.now().getTime());
      return this.makeWithin(sql);
    });
  }

  /**
   * Uses the link up and makes the account an operator: both, or neither. Of any number of parallel calls, with whatever
   * links, one does. That the account has a second factor is the caller's to make sure of, in the same transaction.
   */
  async spend(sql: SqlRunner, token: string, accountId: string): Promise<boolean> {
    await lockOperators(sql, this.clock.now().getTime());
    const now = this.clock.now().getTime();
    const spent = await sql.run(
      `UPDATE invitation SET used_at = ? WHERE hash = ? AND kind = 'operator' AND ${USABLE}`,
      now,
      sha256(token),
      now,
    );
    if (spent !== 1) return false;
    await sql.run(
      'INSERT INTO group_member (account_id, group_name, added_at) VALUES (?, ?, ?)',
      accountId,
      OPERATORS,
      now,
    );
    return true;
  }

  /** There is an operator: an old link does not come back to life when they are all gone again. */
  async end(): Promise<void> {
    await this.sql.run(`DELETE FROM invitation WHERE kind = 'operator' AND used_at IS NULL`);
  }

  private async makeWithin(sql: SqlRunner): Promise<PrintedLink | undefined> {
    await sql.run(`DELETE FROM invitation WHERE kind = 'operator'`);
    const operators = await sql.rows(
      'SELECT 1 AS one FROM group_member WHERE group_name = ? LIMIT 1',
      OPERATORS,
    );
    if (operators.length > 0) return undefined;
    const nonce = randomToken(16);
    const now = this.clock.now().getTime();
    await sql.run(
      `INSERT INTO invitation (hash, kind, nonce, account_id, created_at, expires_at, used_at)
       VALUES (?, 'operator', ?, NULL, ?, ?, NULL)`,
      sha256(this.token(nonce)),
      nonce,
      now,
      now + LIFETIME,
    );
    return this.printed(nonce, now + LIFETIME);
  }

  private token(nonce: string): string {
    return this.secrets.mac('set-up-link', nonce).toString('base64url');
  }

  private printed(nonce: string, expiresAt: number): PrintedLink {
    // In the query: paths are logged, queries are not.
    return { url: this.config.url(`/set-up?token=${this.token(nonce)}`), expiresAt: new Date(expiresAt) };
  }
}
