import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Cookies } from '../http/cookies.js';
import { Clock } from '../kernel/clock.js';
import { randomToken, sha256 } from '../kernel/secrets.js';

const COOKIE = 'devices';
const TOKEN = /^[A-Za-z0-9_-]{22}$/;
/** People who share a browser each have a token of their own in its cookie. */
const MOST = 5;

/**
 * Which browsers an account has completed a sign-in in (OWASP, device cookies). A token is made anew at the sign-in and
 * belongs to that account alone, so one that somebody planted beforehand is worth nothing.
 * It admits to a counter of its own and proves nothing else.
 */
@Injectable()
export class KnownBrowsers {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly cookies: Cookies,
  ) {}

  /** The tokens a browser brings along; what they are good for is asked per account. */
  tokens(req: Request): string[] {
    const sent = this.cookies.read(req, COOKIE)?.split('.') ?? [];
    return sent.filter((token) => TOKEN.test(token)).slice(0, MOST);
  }

  /** The token among these that this account was given, if there is one. */
  async known(tokens: readonly string[], accountId: string): Promise<string | undefined> {
    for (const token of tokens) {
      const found = await this.sql.rows(
        'SELECT 1 AS known FROM known_browser WHERE browser = ? AND account_id = ?',
        sha256(token),
        accountId,
      );
      if (found.length > 0) return token;
    }
    return undefined;
  }

  /** @returns `new`: the account has not signed in here before, or not since its browsers were forgotten */
  async remember(req: Request, res: Response, accountId: string): Promise<'known' | 'new'> {
    const tokens = this.tokens(req);
    const known = await this.known(tokens, accountId);
    const token = known ?? randomToken(16);
    await this.sql.note(
      `INSERT INTO known_browser (browser, account_id, last_at) VALUES (?, ?, ?)
       ON CONFLICT (browser, account_id) DO UPDATE SET last_at = excluded.last_at`,
      sha256(token),
      accountId,
      this.clock.now().getTime(),
    );
    const others = tokens.filter((other) => other !== token);
    this.cookies.write(res, COOKIE, [token, ...others].slice(0, MOST).join('.'));
    return known ? 'known' : 'new';
  }

  /** The account is gone; or somebody else was in it, and nobody can say which of the browsers is theirs. */
  async forgetAll(sql: SqlRunner, accountId: string): Promise<void> {
    await sql.run('DELETE FROM known_browser WHERE account_id = ?', accountId);
  }
}
