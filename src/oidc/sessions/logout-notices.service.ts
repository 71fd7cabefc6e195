import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { Clock, DAY, HOUR } from '../../kernel/clock.js';
import { Events, eventKind } from '../../kernel/events.js';
import { randomToken } from '../../kernel/secrets.js';
import { Clients, type AtSignOut, type ClientFace } from '../../clients/clients.service.js';
import { isReadFromDocument } from '../registration/metadata-documents.js';
import { ID_TOKEN_LIFETIME } from './session-lifetime.js';

/** An application whose session with a person is over. */
export interface Ending {
  readonly clientId: string;
  /** Which of the person's sessions; null: each of them. */
  readonly sid: string | null;
  /** When it may have got its last ID token (epoch milliseconds); undefined: that is not known. */
  readonly issuedAt: number | undefined;
  /** Until when an access token that it has is taken for valid by whoever does not ask here (epoch milliseconds). */
  readonly jwtUntil?: number | undefined;
}

/** `cannot`: it has no address to be told at. `failed`: a day of tries was in vain. */
export type NoticeState = 'waiting' | 'told' | 'failed' | 'cannot';

/** One line of a receipt. Times are epoch milliseconds. */
export interface ReceiptLine {
  readonly client: ClientFace;
  readonly state: NoticeState;
  readonly tries: number;
  readonly nextTryAt: number | null;
  /** Until then the application may still take a token that it has for valid; null: it has none. */
  readonly tokenUntil: number | null;
}

interface Notice {
  readonly clientId: string;
  readonly sid: string | null;
  readonly canBeTold: boolean;
  /** Epoch milliseconds; 0: it has no token. */
  readonly tokenUntil: number;
}

interface Row {
  client_id: string;
  state: NoticeState;
  tries: number;
  due_at: number | string | null;
  token_until: number | string | null;
}

/** Somebody waits to be told; whoever delivers need not wait for the next look. */
export const logoutWaiting = eventKind<Record<string, never>>('logout.waiting');

const RECEIPT_LIFETIME = HOUR;
const KEPT_FOR = 30 * DAY;

/**
 * Takes down which application is to be told of which ended session, in the transaction of the ending: both are kept, or
 * neither is. logout-delivery.service.ts tells them (OpenID Connect Back-Channel Logout 1.0).
 */
@Injectable()
export class LogoutNotices {
  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
    private readonly clients: Clients,
    private readonly clock: Clock,
    private readonly events: Events,
  ) {}

  /**
   * @param sql the runner of the transaction in which the sessions end
   * @returns the receipt's id, which nobody can guess
   */
  async notify(sql: SqlRunner, accountId: string, endings: Ending[]): Promise<string> {
    const receiptId = randomToken(16);
    const now = this.clock.now().getTime();
    for (const { clientId, sid, canBeTold, tokenUntil } of await this.merged(sql, endings)) {
      await sql.run(
        `INSERT INTO logout_notice
           (id, receipt_id, account_id, client_id, sid, state, tries, due_at, token_until, created_at, settled_at)
         VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
        randomToken(16),
        receiptId,
        accountId,
        clientId,
        sid,
        canBeTold ? 'waiting' : 'cannot',
        canBeTold ? now : null,
        tokenUntil > now ? tokenUntil : null,
        now,
        canBeTold ? null : now,
      );
    }
    await this.events.emit(logoutWaiting, {});
    return receiptId;
  }

  /** For the person themselves, at any time; empty when there is no such receipt of theirs. */
  async receipt(accountId: string, receiptId: string): Promise<ReceiptLine[]> {
    return this.lines('account_id = ?', accountId, receiptId);
  }

  /** For whoever has just signed out everywhere and has no session any more: the id is the key, for an hour. */
  async receiptOf(receiptId: string): Promise<ReceiptLine[]> {
    return this.lines('created_at > ?', this.clock.now().getTime() - RECEIPT_LIFETIME, receiptId);
  }

  /** Whose receipt it is, as long as `receiptOf` shows it. */
  async ownerOf(receiptId: string): Promise<string | undefined> {
    const [row] = await this.sql.rows<{ account_id: string }>(
      'SELECT account_id FROM logout_notice WHERE receipt_id = ? AND created_at > ? LIMIT 1',
      receiptId,
      this.clock.now().getTime() - RECEIPT_LIFETIME,
    );
    return row?.account_id;
  }

  /** Removes at most `limit` old notices. @returns how many they were */
  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      `DELETE FROM logout_notice WHERE id IN
         (SELECT id FROM logout_notice WHERE created_at < ? ORDER BY created_at LIMIT ?)`,
      this.clock.now().getTime() - KEPT_FOR,
      limit,
    );
  }

  /** An application that tells sessions apart is told of each; any other one once, of the person. */
  private async merged(sql: SqlRunner, endings: Ending[]): Promise<Notice[]> {
    const merged = new Map<string, Notice>();
    for (const { clientId, sid, issuedAt, jwtUntil } of endings) {
      const { backchannel, idTokenLifetime } =
        (await this.clients.atSignOut(sql, clientId)) ?? this.undeclared(clientId);
      const told = backchannel?.sessionRequired ? sid : null;
      const key = JSON.stringify([clientId, told]);
      const idTokenUntil = issuedAt === undefined ? 0 : issuedAt + (idTokenLifetime ?? ID_TOKEN_LIFETIME);
      const tokenUntil = Math.max(idTokenUntil, jwtUntil ?? 0, merged.get(key)?.tokenUntil ?? 0);
      merged.set(key, { clientId, sid: told, tokenUntil, canBeTold: backchannel !== undefined });
    }
    return [...merged.values()];
  }

  /** What a metadata document says is read when the application is told: nothing is fetched while a session ends. */
  private undeclared(clientId: string): AtSignOut {
    return isReadFromDocument(clientId, this.config) ? { backchannel: { sessionRequired: true } } : {};
  }

  private async lines(where: string, ...params: unknown[]): Promise<ReceiptLine[]> {
    const rows = await this.sql.rows<Row>(
      `SELECT client_id, state, tries, due_at, token_until FROM logout_notice
       WHERE ${where} AND receipt_id = ? ORDER BY client_id, id`,
      ...params,
    );
    return Promise.all(
      rows.map(async ({ client_id, state, tries, due_at, token_until }) => ({
        client: await this.clients.faceOf(client_id),
        state,
        tries,
        nextTryAt: due_at === null ? null : Number(due_at),
        tokenUntil: token_until === null ? null : Number(token_until),
      })),
    );
  }
}
