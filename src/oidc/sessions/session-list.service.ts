import { Injectable } from '@nestjs/common';
import type { Provider } from 'oidc-provider';
import { Config } from '../../config/config.js';
import { Sql } from '../../database/sql.js';
import { browserName } from '../../http/browser-name.js';
import { visitor } from '../../http/visitor.js';
import { Clock, MINUTE, SECOND } from '../../kernel/clock.js';
import { sha256 } from '../../kernel/secrets.js';
import { AccountRecords } from '../records/account-records.js';
import { DASHBOARD_CLIENT_ID } from '../../clients/built-in-clients.js';
import { Clients } from '../../clients/clients.service.js';
import { RecordStore } from '../records/record.store.js';
import { SessionEndings, usedFor } from './session-endings.service.js';

type ProviderSession = Pick<InstanceType<Provider['Session']>, 'uid' | 'accountId' | 'loginTs'>;

/** A living session, as its owner sees it. Times are epoch milliseconds. */
export interface ListedSession {
  /** To end it by; it is worth nothing else. */
  readonly id: string;
  readonly current: boolean;
  /** "Firefox on Linux"; '' when the browser does not say, or the session was not used since it is written down. */
  readonly browser: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly startedAt: number;
  readonly lastUsedAt: number;
  /** The names of those that the session was used for. */
  readonly applications: string[];
}

interface Use {
  uid: string;
  user_agent: string | null;
  address: string | null;
  started_at: number | string;
  last_used_at: number | string;
}

/** How often a use is written down: each click would otherwise cost a commit. */
const PRECISION = MINUTE;
/** What is remembered of sessions that were just written down; beyond that it is only asked once more. */
const REMEMBERED = 10_000;

/** From where a person's sessions are used, and ending them. Which sessions there are, the provider's records say. */
@Injectable()
export class SessionList {
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly store: RecordStore,
    private readonly records: AccountRecords,
    private readonly endings: SessionEndings,
    private readonly clients: Clients,
    private readonly clock: Clock,
  ) {}

  /** The session is being used, by the visitor of this request. Written with the request's other writes, once a minute. */
  async note({ uid: sessionUid, accountId, loginTs }: ProviderSession): Promise<void> {
    const now = this.clock.now().getTime();
    const uid = sha256(sessionUid);
    const by = visitor();
    if (!accountId || !by || now - (this.noted.get(uid) ?? 0) < PRECISION) return;
    await this.store.join(async (sql) => {
      await sql.run(
        `INSERT INTO browser_session (uid, account_id, user_agent, address, started_at, last_used_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (uid) DO UPDATE SET account_id = excluded.account_id, user_agent = excluded.user_agent,
           address = excluded.address, last_used_at = excluded.last_used_at
         WHERE browser_session.last_used_at <= ?`,
        uid,
        accountId,
        by.userAgent ?? null,
        by.address?.slice(0, 64) ?? null,
        loginTs === undefined ? now : loginTs * SECOND,
        now,
        now - PRECISION,
      );
      if (this.noted.size >= REMEMBERED) this.noted.clear();
      this.noted.set(uid, now);
    });
  }

  /** The account's living sessions: this one first, then the one that was used last. */
  async of(accountId: string, currentUid: string): Promise<ListedSession[]> {
    const sessions = await this.records.living(accountId, 'Session');
    const uses = await this.sql.rows<Use>(
      'SELECT uid, user_agent, address, started_at, last_used_at FROM browser_session WHERE account_id = ?',
      accountId,
    );
    const useOf = new Map(uses.map((use) => [use.uid, use]));
    const listed = await Promise.all(
      sessions.map(async ({ payload }): Promise<ListedSession> => {
        const id = sha256(payload.uid!);
        const use = useOf.get(id);
        const startedAt = Number(use?.started_at ?? payload.loginTs! * SECOND);
        return {
          id,
          current: payload.uid === currentUid,
          browser: browserName(use?.user_agent),
          userAgent: use?.user_agent ?? null,
          address: use?.address ?? null,
          startedAt,
          lastUsedAt: Number(use?.last_used_at ?? startedAt),
          applications: await this.names(usedFor(payload).map(([clientId]) => clientId)),
        };
      }),
    );
    return listed.sort((a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt - a.lastUsedAt);
  }

  /** When a session began, however often its person has proven something since; undefined: it was not used yet. */
  async startedAt(sessionUid: string): Promise<number | undefined> {
    const [use] = await this.sql.rows<Pick<Use, 'started_at'>>(
      'SELECT started_at FROM browser_session WHERE uid = ?',
      sha256(sessionUid),
    );
    return use && Number(use.started_at);
  }

  /**
   * Ends one session with everything issued in it; nobody can end another's.
   * @param id as `of` gives it
   * @returns the receipt of who is told; undefined when the account has no such session
   */
  async end(accountId: string, id: string): Promise<string | undefined> {
    return this.endings.one(accountId, id);
  }

  /** Ends every other session, with everything that was not issued in this one. @returns the receipt; undefined: there was none */
  async endOthers(accountId: string, currentUid: string): Promise<string | undefined> {
    return this.endings.others(accountId, currentUid);
  }

  /** Removes at most `limit` sessions that nobody can use any more. @returns how many they were */
  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      `DELETE FROM browser_session WHERE uid IN
         (SELECT uid FROM browser_session WHERE last_used_at < ? ORDER BY last_used_at LIMIT ?)`,
      this.clock.now().getTime() - this.config.sessionIdle - 2 * PRECISION,
      limit,
    );
  }

  private async names(clientIds: string[]): Promise<string[]> {
    const shown = clientIds.filter((id) => id !== DASHBOARD_CLIENT_ID);
    const faces = await Promise.all(shown.map((id) => this.clients.faceOf(id)));
    return faces.map(({ name }) => name).sort();
  }
}
