import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { Clock, SECOND } from '../../kernel/clock.js';
import { sha256 } from '../../kernel/secrets.js';
import { JWT_TRACE } from './jwt-traces.js';
import type { Payload } from './record.batch.js';
import { RecordSeal } from './record.seal.js';

/** A record of somebody's, opened. */
export interface AccountRecord {
  readonly kind: string;
  readonly hash: string;
  /** Fingerprint of the session's uid, or of what else the record is found by. */
  readonly uid: string | null;
  readonly payload: Payload;
}

/** What of an account is not taken away. */
export interface Spared {
  /** This session; its tokens end all the same. */
  readonly sessionUid?: string | undefined;
  readonly consents: boolean;
  readonly tokens?: boolean;
}

interface Row {
  kind: string;
  id_hash: string;
  uid: string | null;
  payload: string;
}

const COLUMNS = 'kind, id_hash, uid, payload';
/** The kind of a place of a waiting request (devices/waiting-places.ts), which ends with the request. */
export const WAITING_PLACE = 'WaitingPlace';
/** Also what was answered on another device, and whose tokens nobody has fetched yet. */
const TOKENS = `('AccessToken', '${JWT_TRACE}', 'RefreshToken', 'AuthorizationCode', 'DeviceCode', 'BackchannelAuthenticationRequest', '${WAITING_PLACE}')`;

/**
 * The provider's records seen from the account they belong to: what there is, and taking it away.
 * What takes away gives back what it took: of several at the same moment, each row is one caller's.
 */
@Injectable()
export class AccountRecords {
  constructor(
    private readonly sql: Sql,
    private readonly seal: RecordSeal,
    private readonly clock: Clock,
  ) {}

  async living(
    accountId: string,
    kind: 'Session' | 'Grant' | 'BackchannelAuthenticationRequest',
  ): Promise<AccountRecord[]> {
    const rows = await this.sql.rows<Row>(
      `SELECT ${COLUMNS} FROM oidc_record WHERE account_id = ? AND kind = ? AND expires_at > ? ORDER BY seq`,
      accountId,
      kind,
      Math.floor(this.clock.now().getTime() / SECOND),
    );
    return this.opened(rows);
  }

  /** @param uid fingerprint of the session's uid */
  takeSession(sql: SqlRunner, accountId: string, uid: string): Promise<AccountRecord[]> {
    return this.take(sql, `account_id = ? AND kind = 'Session' AND uid = ?`, accountId, uid);
  }

  /** Everything that ends with an account's sessions: sessions, codes, tokens, answered sign-ins, and consents if not spared. */
  takeAll(sql: SqlRunner, accountId: string, spared: Spared): Promise<AccountRecord[]> {
    const also = [
      ...(spared.consents ? [`AND kind <> 'Grant'`] : []),
      ...(spared.tokens ? [`AND kind NOT IN ${TOKENS}`] : []),
    ].join(' ');
    // No fingerprint is empty.
    const keep = spared.sessionUid === undefined ? '' : sha256(spared.sessionUid);
    return this.take(sql, `account_id = ? AND (kind <> 'Session' OR uid <> ?) ${also}`, accountId, keep);
  }

  /** The consents to a client. @param key fingerprint of its consentKey */
  takeConsents(sql: SqlRunner, accountId: string, key: string): Promise<AccountRecord[]> {
    return this.take(sql, `account_id = ? AND kind = 'Grant' AND uid = ?`, accountId, key);
  }

  /** Those codes and tokens that `are` to go. */
  async takeTokens(
    sql: SqlRunner,
    accountId: string,
    are: (payload: Payload) => boolean,
  ): Promise<AccountRecord[]> {
    const taken: AccountRecord[] = [];
    for (;;) {
      const rows = await sql.rows<Row>(
        `SELECT ${COLUMNS} FROM oidc_record WHERE account_id = ? AND kind IN ${TOKENS}`,
        accountId,
      );
      const going = this.opened(rows).filter(({ payload }) => are(payload));
      // A token that is just being rotated is still to be seen: deleting it waits for the new one, which the next look finds.
      if (going.length === 0) return taken;
      for (const { hash } of going) await sql.run('DELETE FROM oidc_record WHERE id_hash = ?', hash);
      taken.push(...going);
    }
  }

  /** Takes an application out of the account's sessions: its next sign-in begins anew. @returns the sessions as they were */
  async leaveClient(sql: SqlRunner, accountId: string, clientId: string): Promise<Payload[]> {
    const left = new Map<string, Payload>();
    for (;;) {
      const rows = await sql.rows<Row>(
        `SELECT ${COLUMNS} FROM oidc_record WHERE account_id = ? AND kind = 'Session'`,
        accountId,
      );
      const sessions = rows.flatMap((row) => {
        const payload = this.seal.open(row.kind, row.id_hash, row.payload);
        return payload?.authorizations?.[clientId] ? [{ ...row, payload, sealed: row.payload }] : [];
      });
      if (sessions.length === 0) return [...left.values()];
      for (const { kind, id_hash: hash, payload, sealed } of sessions) {
        const { [clientId]: _gone, ...authorizations } = payload.authorizations!;
        // Only over what was read: a session that is used at this moment must not lose another application.
        await sql.run(
          'UPDATE oidc_record SET payload = ? WHERE id_hash = ? AND payload = ?',
          this.seal.seal(kind, hash, { ...payload, authorizations }),
          hash,
          sealed,
        );
        left.set(payload.uid!, payload);
      }
    }
  }

  /** A session that is just getting its next identifier is not to be missed: until nothing is left, it is looked again. */
  private async take(sql: SqlRunner, where: string, ...params: unknown[]): Promise<AccountRecord[]> {
    const taken: AccountRecord[] = [];
    for (;;) {
      const rows = await sql.rows<Row>(
        `DELETE FROM oidc_record WHERE ${where} RETURNING ${COLUMNS}`,
        ...params,
      );
      taken.push(...this.opened(rows));
      const left = await sql.rows(`SELECT 1 AS one FROM oidc_record WHERE ${where} LIMIT 1`, ...params);
      if (left.length === 0) return taken;
    }
  }

  private opened(rows: Row[]): AccountRecord[] {
    return rows.flatMap(({ kind, id_hash: hash, uid, payload: sealed }) => {
      const payload = this.seal.open(kind, hash, sealed);
      return payload ? [{ kind, hash, uid, payload }] : [];
    });
  }
}
