import { Injectable } from '@nestjs/common';
import { Sql } from '../../database/sql.js';
import { Clock, DAY, SECOND } from '../../kernel/clock.js';
import { JWT_TRACE } from './jwt-traces.js';
import { RecordSeal } from './record.seal.js';

/** So much is counted and no more, however much there is. */
export const COUNTED = 10_000;
const RECENT = 30 * DAY;

/** The events of one client, found by the index on it. */
export const SIGN_INS = `SELECT COUNT(*) AS seen, MAX(CASE WHEN name = 'sign-in.completed' THEN at END) AS last,
    SUM(CASE WHEN name = 'sign-in.completed' AND at >= ? THEN 1 ELSE 0 END) AS recent
  FROM (SELECT name, at FROM audit_event WHERE client_id = ? ORDER BY id DESC LIMIT ${COUNTED}) AS latest`;
/** What a client holds, found by the index on its fingerprint. */
export const HOLDS = `SELECT kind, COUNT(*) AS number, COUNT(DISTINCT account_id) AS people
  FROM (SELECT kind, account_id FROM oidc_record
        WHERE client_id = ? AND consumed_at IS NULL AND (expires_at IS NULL OR expires_at > ?) LIMIT ${COUNTED}) AS held
  GROUP BY kind`;

/** How much a client is used. */
export interface ClientUsage {
  readonly lastSignIn: Date | undefined;
  /** In the last 30 days. */
  readonly signIns: number;
  readonly accessTokens: number;
  readonly refreshTokens: number;
  /** Who has let it in. */
  readonly people: number;
  /** There is more than was counted. */
  readonly isMore: boolean;
}

interface SignIns {
  readonly seen: number | string;
  readonly last: number | string | Date | null;
  readonly recent: number | string | null;
}

interface Held {
  readonly kind: string;
  readonly number: number | string;
  readonly people: number | string;
}

/** Counts what there is of a client, within bounds. */
@Injectable()
export class ClientUse {
  constructor(
    private readonly sql: Sql,
    private readonly seal: RecordSeal,
    private readonly clock: Clock,
  ) {}

  async of(clientId: string): Promise<ClientUsage> {
    const now = this.clock.now().getTime();
    const since = this.sql.moment(new Date(now - RECENT));
    const [signIns] = await this.sql.rows<SignIns>(SIGN_INS, since, clientId);
    const held = await this.sql.rows<Held>(HOLDS, this.seal.client(clientId), Math.floor(now / SECOND));
    const number = (...kinds: string[]) =>
      held.filter(({ kind }) => kinds.includes(kind)).reduce((sum, each) => sum + Number(each.number), 0);
    const { last, recent, seen } = signIns!;
    return {
      lastSignIn: last == null ? undefined : new Date(last),
      signIns: Number(recent ?? 0),
      accessTokens: number('AccessToken', 'ClientCredentials', JWT_TRACE),
      refreshTokens: number('RefreshToken'),
      people: Number(held.find(({ kind }) => kind === 'Grant')?.people ?? 0),
      isMore: Number(seen) >= COUNTED || held.reduce((sum, each) => sum + Number(each.number), 0) >= COUNTED,
    };
  }
}
