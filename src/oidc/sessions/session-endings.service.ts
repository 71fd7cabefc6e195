import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { Clock, SECOND } from '../../kernel/clock.js';
import { Events } from '../../kernel/events.js';
import { sha256 } from '../../kernel/secrets.js';
import { AccountRecords, type AccountRecord, type Spared } from '../records/account-records.js';
import { DASHBOARD_CLIENT_ID } from '../../clients/built-in-clients.js';
import { signedOutEverywhere } from './events.js';
import { consentKey } from '../grants.js';
import { JWT_TRACE } from '../records/jwt-traces.js';
import { LogoutNotices, type Ending } from './logout-notices.service.js';
import type { Payload } from '../records/record.batch.js';
import type { Origin } from '../apis/subject-token.js';

/** The part of a session that says whose it was and what was issued in it. */
export type EndedSession = Pick<Payload, 'uid' | 'accountId' | 'authorizations'>;

/**
 * Every way a session ends leads through here: with the session goes what was issued in it, and each application it was
 * used for is told, all in one transaction. What is returned is the receipt of who was to be told.
 */
@Injectable()
export class SessionEndings {
  constructor(
    private readonly sql: Sql,
    private readonly records: AccountRecords,
    private readonly notices: LogoutNotices,
    private readonly clock: Clock,
    private readonly events: Events,
  ) {}

  /** What follows from the end of a session that the provider itself ends, in the transaction of that. */
  async follow(sql: SqlRunner, session: EndedSession): Promise<void> {
    if (session.accountId) await this.conclude(sql, session.accountId, [session]);
  }

  /** One application leaves a session that goes on. @param ended the session, with nothing but that application in it */
  async leave(sql: SqlRunner, { uid, accountId, authorizations }: EndedSession): Promise<void> {
    const issued = await this.records.takeTokens(
      sql,
      accountId!,
      (token) => token.sessionUid === uid && Object.hasOwn(authorizations!, grantedTo(token)),
    );
    const endings = usedFor({ authorizations }).map(([clientId, sid]) =>
      ending(
        clientId,
        sid,
        issued.filter(({ payload }) => grantedTo(payload) === clientId),
      ),
    );
    await this.notices.notify(sql, accountId!, endings);
  }

  /** @param uid the session's fingerprint @returns undefined when the account has no such session */
  one(accountId: string, uid: string): Promise<string | undefined> {
    return this.sql.transaction(async (sql) => {
      const taken = this.living(await this.records.takeSession(sql, accountId, uid));
      if (taken.length > 0) return this.conclude(sql, accountId, taken);
      await sql.run('DELETE FROM browser_session WHERE uid = ? AND account_id = ?', uid, accountId);
      return undefined;
    });
  }

  /** Every session but one, and what was not issued in that one. @returns undefined when there was nothing */
  others(accountId: string, sessionUid: string): Promise<string | undefined> {
    return this.sql.transaction(async (sql) => {
      const spared = { sessionUid, consents: true, tokens: true };
      const taken = await this.records.takeAll(sql, accountId, spared);
      const tokens = await this.records.takeTokens(
        sql,
        accountId,
        (token) => token.sessionUid !== sessionUid,
      );
      const receiptId = await this.conclude(sql, accountId, this.living(taken), tokens, sessionUid);
      return this.hasLiving([...taken, ...tokens]) ? receiptId : undefined;
    });
  }

  /** Everything at once, on every instance. @returns undefined when there was nothing */
  everything(accountId: string): Promise<string | undefined> {
    return this.sql.transaction(async (sql) => {
      const taken = await this.records.takeAll(sql, accountId, { consents: true });
      const receiptId = await this.concludeAll(sql, accountId, taken);
      let hasEnded = this.hasLiving(taken);
      const ended = () => (hasEnded = true);
      await this.events.emit(signedOutEverywhere, { accountId, sql, ended });
      return hasEnded ? receiptId : undefined;
    });
  }

  /** The same inside of a change that makes it necessary. Codes and tokens end in the spared session too. */
  async ofAccount(sql: SqlRunner, accountId: string, spared: Omit<Spared, 'tokens'>): Promise<string> {
    const taken = await this.records.takeAll(sql, accountId, spared);
    return this.concludeAll(sql, accountId, taken, spared.sessionUid);
  }

  /** The account is gone, and with it what is known of its sessions; who still has to be told of their end is told. */
  async forgetAccount(sql: SqlRunner, accountId: string): Promise<void> {
    await this.ofAccount(sql, accountId, { consents: false });
    await sql.run('DELETE FROM browser_session WHERE account_id = ?', accountId);
    await sql.run('DELETE FROM ping_notice WHERE account_id = ?', accountId);
    await sql.run(`DELETE FROM logout_notice WHERE account_id = ? AND state <> 'waiting'`, accountId);
  }

  /** Takes back everything a client was allowed, in every session. @returns undefined when there was nothing */
  ofClient(accountId: string, clientId: string): Promise<string | undefined> {
    return this.sql.transaction(async (sql) => {
      const consents = await this.records.takeConsents(
        sql,
        accountId,
        sha256(consentKey(accountId, clientId)),
      );
      const issued = await this.records.takeTokens(sql, accountId, (token) => grantedTo(token) === clientId);
      const sessions = await this.records.leaveClient(sql, accountId, clientId);
      if (consents.length + issued.length + sessions.length === 0) return undefined;
      const sids = [
        ...sessions.map(({ authorizations }) => authorizations![clientId]!.sid),
        ...sidsOf(issued),
      ];
      // Without a session the application may still hold one of its own: it is told of the person as a whole.
      const endings = (sids.length > 0 ? [...new Set(sids)] : [undefined]).map((sid) =>
        ending(clientId, sid, issued),
      );
      return this.notices.notify(sql, accountId, endings);
    });
  }

  /** @param taken all that there was @param kept the session that goes on */
  private concludeAll(
    sql: SqlRunner,
    accountId: string,
    taken: AccountRecord[],
    kept?: string,
  ): Promise<string> {
    const tokens = taken.filter(({ payload }) => payload.sessionUid && payload.clientId);
    return this.conclude(sql, accountId, this.living(taken), tokens, kept);
  }

  /** @param others codes and tokens that were taken away already @param kept the session that goes on */
  private async conclude(
    sql: SqlRunner,
    accountId: string,
    sessions: EndedSession[],
    others: AccountRecord[] = [],
    kept?: string,
  ): Promise<string> {
    const ended = new Set(sessions.map(({ uid }) => uid));
    const issued = await this.records.takeTokens(sql, accountId, (token) => ended.has(token.sessionUid));
    const tokens = [...others, ...issued];
    const endings: Ending[] = [];
    for (const { uid, authorizations } of sessions) {
      const lastUsedAt = await this.forget(sql, sha256(uid!));
      for (const [clientId, sid] of usedFor({ authorizations })) {
        const own = tokens.filter(
          ({ payload }) => payload.sessionUid === uid && grantedTo(payload) === clientId,
        );
        endings.push(ending(clientId, sid, own, lastUsedAt));
      }
    }
    // Offline access outlives its session; with the account's sessions it ends, and its application is told too.
    for (const token of tokens) {
      const { sessionUid, sid } = token.payload;
      // What nobody has answered yet was issued in no session.
      if (sessionUid && !ended.has(sessionUid) && sessionUid !== kept && this.isAlive(token.payload))
        endings.push(ending(grantedTo(token.payload), sid, [token]));
    }
    return this.notices.notify(
      sql,
      accountId,
      endings.filter(({ clientId }) => clientId !== DASHBOARD_CLIENT_ID),
    );
  }

  /** @returns when it was used last, if that is known */
  private async forget(sql: SqlRunner, uid: string): Promise<number | undefined> {
    const [row] = await sql.rows<{ last_used_at: number | string }>(
      'DELETE FROM browser_session WHERE uid = ? RETURNING last_used_at',
      uid,
    );
    return row && Number(row.last_used_at);
  }

  /** One that had expired has ended before: there is nothing to tell. */
  private living(records: AccountRecord[]): EndedSession[] {
    return records
      .filter(({ kind, payload }) => kind === 'Session' && this.isAlive(payload))
      .map(({ payload }) => payload);
  }

  private hasLiving(records: AccountRecord[]): boolean {
    return records.some(({ payload }) => this.isAlive(payload));
  }

  private isAlive({ exp }: Payload): boolean {
    return exp !== undefined && exp * SECOND > this.clock.now().getTime();
  }
}

/** @param otherwise when it may have got its last ID token, where no token of it is left to say so */
function ending(
  clientId: string,
  sid: string | undefined,
  tokens: AccountRecord[],
  otherwise?: number,
): Ending {
  return { clientId, sid: sid ?? null, issuedAt: latest(tokens) ?? otherwise, jwtUntil: jwtUntil(tokens) };
}

/** Until when the last of those that are good without asking here is good (epoch milliseconds). */
function jwtUntil(tokens: AccountRecord[]): number | undefined {
  const ends = tokens.flatMap(({ kind, payload }) => (kind === JWT_TRACE ? [payload.exp! * SECOND] : []));
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** What was got for a token in exchange counts as the application's to whom the person has allowed it. */
function grantedTo({ clientId, origin }: Payload): string {
  return (origin as Origin | undefined)?.clientId ?? clientId!;
}

function sidsOf(tokens: AccountRecord[]): string[] {
  return tokens.flatMap(({ payload }) => (payload.sid ? [payload.sid] : []));
}

/** When the newest of them was issued (epoch milliseconds); with it the client may have got an ID token. */
function latest(tokens: AccountRecord[]): number | undefined {
  const times = tokens.flatMap(({ payload }) => (payload.iat === undefined ? [] : [payload.iat * SECOND]));
  return times.length > 0 ? Math.max(...times) : undefined;
}

/**
 * The applications that a session was used for, each with its `sid`. The library makes an empty entry for one that was only
 * asked about: nobody signed in to it.
 */
export function usedFor({
  authorizations,
}: Pick<Payload, 'authorizations'>): [clientId: string, sid: string][] {
  return Object.entries(authorizations ?? {}).flatMap(([clientId, { sid }]): [string, string][] =>
    sid ? [[clientId, sid]] : [],
  );
}
