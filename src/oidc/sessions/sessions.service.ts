import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Provider } from 'oidc-provider';
import { Config } from '../../config/config.js';
import { Cookies } from '../../http/cookies.js';
import { Clock, MINUTE, SECOND } from '../../kernel/clock.js';
import { levelOf, type Level } from '../../mfa/assurance.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { RecordLost } from '../records/record.lost.js';
import { RecordStore } from '../records/record.store.js';
import { SessionEndings } from './session-endings.service.js';
import { sessionTtl } from './session-lifetime.js';
import { SessionList } from './session-list.service.js';
import { clearSiteData } from './sign-out.js';

type ProviderSession = InstanceType<Provider['Session']>;

/** Who is signed in in this browser, how strongly and since when. There is no other session than the provider's. */
export interface SignedInPerson {
  readonly account: Account;
  readonly sessionUid: string;
  readonly level: Level;
  /** RFC 8176 values of the sign-in. */
  readonly amr: string[];
  /** Epoch milliseconds of the sign-in (auth_time). */
  readonly signedInAt: number;
}

/** Reads, prolongs and ends the provider's session on behalf of our own pages. */
@Injectable()
export class Sessions {
  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly records: RecordStore,
    private readonly accounts: Accounts,
    private readonly endings: SessionEndings,
    private readonly list: SessionList,
    private readonly cookies: Cookies,
    private readonly clock: Clock,
  ) {}

  /** The person signed in, or undefined. Using a page prolongs the session's idle time. */
  async current(req: Request, res: Response): Promise<SignedInPerson | undefined> {
    try {
      return await this.records.batch(async () => {
        const session = await this.read(req, res);
        const level = levelOf(session.acr);
        if (!session.accountId || !session.loginTs || !level) return undefined;
        const account = await this.accounts.find(session.accountId);
        if (!account || account.disabledAt) return undefined;
        await this.prolong(session);
        await this.list.note(session);
        const { uid: sessionUid, amr = [], loginTs } = session;
        return { account, sessionUid, level, amr, signedInAt: loginTs * SECOND };
      });
    } catch (error) {
      if (error instanceof RecordLost) return undefined;
      throw error;
    }
  }

  /** Ends the session, and with it what was issued in it: codes, access tokens and refresh tokens. */
  async end(req: Request, res: Response): Promise<void> {
    try {
      await this.records.batch(async () => {
        const session = await this.read(req, res);
        const { uid, accountId, authorizations } = session;
        await session.destroy();
        await this.records.join((sql) => this.endings.follow(sql, { uid, accountId, authorizations }));
      });
    } catch (error) {
      // Somebody else has ended it at the same moment.
      if (!(error instanceof RecordLost)) throw error;
    }
    this.forget(res);
  }

  /**
   * Ends every session of the person, this one too, and every code and token, on every instance at once.
   * @returns the receipt, for LogoutNotices.receiptOf; undefined when nobody is signed in any more
   */
  async signOutEverywhere(req: Request, res: Response): Promise<string | undefined> {
    const person = await this.current(req, res);
    const receiptId = person && (await this.endings.everything(person.account.id));
    this.forget(res);
    return receiptId;
  }

  private forget(res: Response): void {
    clearSiteData(res, this.config.basePath);
    this.cookies.clear(res, 'session');
    this.cookies.clear(res, 'session.sig');
  }

  private async prolong(session: ProviderSession): Promise<void> {
    const now = Math.floor(this.clock.now().getTime() / SECOND);
    const ttl = sessionTtl(this.config, session.loginTs, now);
    // Not more than once a minute: each click would otherwise cost a commit.
    if (ttl - (session.exp - now) > MINUTE / SECOND || ttl < session.exp - now) await session.save(ttl);
  }

  private read(req: Request, res: Response): Promise<ProviderSession> {
    return this.provider.Session.get(this.provider.createContext(req, res));
  }
}
