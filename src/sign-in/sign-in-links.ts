import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Cookies } from '../http/cookies.js';
import type { SqlRunner } from '../database/sql.js';
import { MINUTE } from '../kernel/clock.js';
import { linkGone } from '../kernel/errors.js';
import type { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { OneTimeLinks } from '../users/one-time-links.js';

const COOKIE = 'sign_in_link';
/** Long enough to read the page and press its button; who comes later opens the link again. */
const CARRIED_FOR = 10 * MINUTE;

/** A link that can still be used, and whose it is. */
export interface CarriedLink {
  readonly token: string;
  readonly account: Account;
}

/**
 * The link that an operator gave somebody who cannot sign in: it stands in for the password, once. Opening it changes nothing; the
 * browser carries it to the sign-in, where a button uses it up. A second factor is asked for as ever.
 */
@Injectable()
export class SignInLinks {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly accounts: Accounts,
    private readonly cookies: Cookies,
  ) {}

  /** It stays usable. */
  async find(token: unknown): Promise<CarriedLink | undefined> {
    const link = await this.links.find('sign-in', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account ? { token: token as string, account } : undefined;
  }

  /** Whether this browser carries one, be it used up or not. */
  isCarried(req: Request): boolean {
    return this.cookies.read(req, COOKIE) !== undefined;
  }

  /** The one that this browser carries. */
  async of(req: Request): Promise<CarriedLink | undefined> {
    const token = this.cookies.read(req, COOKIE);
    return token === undefined ? undefined : this.find(token);
  }

  carry(res: Response, { token }: CarriedLink): void {
    this.cookies.write(res, COOKIE, token, CARRIED_FOR);
  }

  drop(res: Response): void {
    this.cookies.clear(res, COOKIE);
  }

  /** Uses it up, in the transaction of what it proves: of any number of parallel calls one goes on. @throws linkGone */
  async spend(sql: SqlRunner, { token }: CarriedLink): Promise<void> {
    if (!(await this.links.spend(sql, 'sign-in', token))) throw linkGone();
  }
}
