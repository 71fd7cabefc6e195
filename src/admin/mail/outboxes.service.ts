import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Sql } from '../../database/sql.js';
import { Clock } from '../../kernel/clock.js';
import {
  LEASE as MAIL_LEASE,
  WaitingMails,
  type MailResult,
  type WaitingMail,
} from '../../mail/waiting-mail.js';
import { LEASE as NOTICE_LEASE } from '../../oidc/sessions/notice-delivery.js';
import type { Actor } from '../actor.js';
import { Permission } from '../users/permission.js';

export const OUTBOX_PAGE = 50;
const LATEST = `${Number.MAX_SAFE_INTEGER}.`;

/** A letter, or what an application is to be told; times are epoch milliseconds. */
export interface OutboxRow {
  readonly id: string;
  /** Of a letter. */
  readonly kind: string | null;
  /** Of a notice. */
  readonly clientId: string | null;
  readonly accountId: string | null;
  readonly tries: number;
  readonly lastError: string | null;
  readonly createdAt: number;
  /** When it is tried next, or was settled. */
  readonly at: number;
}

export interface OutboxPage {
  readonly rows: readonly OutboxRow[];
  /** The `after` of the next page; undefined: there is none. */
  readonly after: string | undefined;
}

export type Box = 'letters' | 'notices';
/** `under-way`: it is due, or being sent at this moment. `may-not-help`: it is about an account that has a role (permission.ts). */
export type OutboxOutcome = 'done' | 'under-way' | 'gone' | 'may-not-help';

const LETTER = `id AS "id", kind AS "kind", NULL AS "clientId", account_id AS "accountId", tries AS "tries", last_error AS "lastError",
  created_at AS "createdAt"`;
const NOTICE = LETTER.replace('kind AS', 'NULL AS').replace('NULL AS "clientId"', 'client_id AS "clientId"');

type Row = { [Key in keyof OutboxRow]: OutboxRow[Key] extends number ? number | string : OutboxRow[Key] };

/** What waits to be told to people and applications, for operators: looked at, hastened, and ended. Each change is audited. */
@Injectable()
export class Outboxes {
  constructor(
    private readonly sql: Sql,
    private readonly mails: WaitingMails,
    private readonly clock: Clock,
    private readonly permission: Permission,
    private readonly audit: Audit,
  ) {}

  /** What is due first comes first. */
  waiting(box: Box, after?: string, limit?: number): Promise<OutboxPage> {
    const [what, table] = box === 'letters' ? [LETTER, 'mail'] : [NOTICE, 'logout_notice'];
    return this.page(
      `SELECT ${what}, due_at AS "at" FROM ${table} WHERE (due_at, id) > (?, ?) ORDER BY due_at, id`,
      [],
      after ?? '0.',
      limit,
    );
  }

  /** The newest come first. */
  settled(result: MailResult, after?: string, limit?: number): Promise<OutboxPage> {
    const text = `SELECT ${LETTER}, settled_at AS "at" FROM mail_outcome
      WHERE result = ? AND (settled_at, id) < (?, ?) ORDER BY settled_at DESC, id DESC`;
    return this.page(text, [result], after ?? LATEST, limit);
  }

  /** Applications that could not be told in a day. */
  failed(after?: string, limit?: number): Promise<OutboxPage> {
    const text = `SELECT ${NOTICE}, settled_at AS "at" FROM logout_notice
      WHERE state = 'failed' AND (settled_at, id) < (?, ?) ORDER BY settled_at DESC, id DESC`;
    return this.page(text, [], after ?? LATEST, limit);
  }

  async lastSent(): Promise<Date | undefined> {
    const [row] = await this.sql.rows<{ at: number | string | null }>(
      `SELECT max(settled_at) AS at FROM mail_outcome WHERE result = 'sent'`,
    );
    return row?.at ? new Date(Number(row.at)) : undefined;
  }

  async one(box: Box, id: string): Promise<OutboxRow | undefined> {
    const text =
      box === 'letters'
        ? `SELECT ${LETTER}, due_at AS "at" FROM mail WHERE id = ?`
        : `SELECT ${NOTICE}, COALESCE(due_at, settled_at) AS "at" FROM logout_notice WHERE id = ? AND state IN ('waiting', 'failed')`;
    return (await this.sql.rows<Row>(text, id)).map(numbers)[0];
  }

  /** What is due sooner than a lease lasts may be under way at this moment, and comes soon anyway. */
  async retry(actor: Actor, box: Box, id: string): Promise<OutboxOutcome> {
    const row = await this.one(box, id);
    if (!row) return 'gone';
    const now = this.clock.now().getTime();
    const changed =
      box === 'letters'
        ? await this.sql.run(
            'UPDATE mail SET due_at = ? WHERE id = ? AND due_at > ?',
            now,
            id,
            now + MAIL_LEASE,
          )
        : await this.sql.run(
            `UPDATE logout_notice SET due_at = ?, state = 'waiting', settled_at = NULL
             WHERE id = ? AND (state = 'failed' OR (state = 'waiting' AND due_at > ?))`,
            now,
            id,
            now + NOTICE_LEASE,
          );
    if (changed === 0) return 'under-way';
    const change = { before: { nextTry: time(row.at) }, after: { nextTry: time(now) } };
    await this.record(actor, box === 'letters' ? 'mail.retried' : 'logout-notice.retried', row, change);
    return 'done';
  }

  /**
   * Whoever it was for is never told. What is under way may still arrive. It may be all that its owner would have heard of a
   * thief, or an application of an end: so no program drops what is about an operator.
   */
  async drop(actor: Actor, box: Box, id: string, reason: string): Promise<OutboxOutcome> {
    const row = await this.one(box, id);
    if (!row) return 'gone';
    if (row.accountId && (await this.permission.refusal(actor, { id: row.accountId }))) return 'may-not-help';
    const now = this.clock.now().getTime();
    const isDropped =
      box === 'letters'
        ? await this.mails.settle(row as unknown as WaitingMail, 'dropped')
        : (await this.sql.run(
            `UPDATE logout_notice SET state = 'failed', due_at = NULL, settled_at = ? WHERE id = ? AND state = 'waiting'`,
            now,
            id,
          )) === 1;
    // It was sent, given up or dropped meanwhile.
    if (!isDropped) return 'gone';
    const change = {
      reason,
      before: { state: 'waiting', nextTry: time(row.at) },
      after: { state: 'dropped' },
    };
    await this.record(actor, box === 'letters' ? 'mail.dropped' : 'logout-notice.dropped', row, change);
    return 'done';
  }

  private async record(
    { by, req }: Actor,
    name: 'mail.retried' | 'mail.dropped' | 'logout-notice.retried' | 'logout-notice.dropped',
    { id, kind, clientId, accountId, tries }: OutboxRow,
    change: Record<string, unknown>,
  ): Promise<void> {
    const detail = { by, id, ...(kind ? { kind } : {}), tries, ...change };
    await this.audit.record(
      name,
      { accountId: accountId ?? undefined, clientId: clientId ?? undefined, detail },
      req,
    );
  }

  /** @param after the time and the id of the last row that was seen */
  private async page(
    text: string,
    params: unknown[],
    after: string,
    limit = OUTBOX_PAGE,
  ): Promise<OutboxPage> {
    const [, time = '0', id = ''] = /^(\d{1,16})\.([\w-]{0,22})$/.exec(after) ?? [];
    const rows = await this.sql.rows<Row>(`${text} LIMIT ?`, ...params, Number(time), id, limit + 1);
    const shown = rows.slice(0, limit).map(numbers);
    const last = shown.at(-1);
    return { rows: shown, after: rows.length > limit ? `${last!.at}.${last!.id}` : undefined };
  }
}

/** PostgreSQL's driver gives a bigint as text. */
function numbers(row: Row): OutboxRow {
  return { ...row, tries: Number(row.tries), createdAt: Number(row.createdAt), at: Number(row.at) };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
