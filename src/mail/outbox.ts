import { Injectable } from '@nestjs/common';
import type { SqlRunner } from '../database/sql.js';
import { Config } from '../config/config.js';
import { visitor, visitorLanguage } from '../http/visitor.js';
import { Clock, DAY } from '../kernel/clock.js';
import { Events, eventKind } from '../kernel/events.js';
import { randomToken, Secrets } from '../kernel/secrets.js';
import type { MailKind, MailFacts } from './kinds.js';

/** A notice that is late is still worth reading; a link is made when its mail is sent. */
const GIVE_UP_AFTER = 3 * DAY;
/** What nothing may happen without: it is tried for as long as it could matter. */
const GIVE_UP_LATER: Partial<Record<MailKind, number>> = { 'recovery-requested': 44 * DAY };

/** Something stands in the outbox; whoever delivers need not wait for the next look. */
export const mailWaiting = eventKind<Record<string, never>>('mail.waiting');

/**
 * Takes down what is to be told, in the transaction of what happened: both are kept, or neither is.
 * The page never waits for a mail server; delivery.ts goes through the outbox afterwards.
 */
@Injectable()
export class Outbox {
  constructor(
    private readonly config: Config,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly events: Events,
  ) {}

  /** Whether this server sends mail at all. Where it does not, nothing is taken down. */
  get isOpen(): boolean {
    return this.config.smtp !== undefined;
  }

  /**
   * @param sql the runner of the transaction that makes the mail true
   * @param accountId null: somebody whom no account belongs to asked; nothing will be sent
   */
  async add<Kind extends MailKind>(
    sql: SqlRunner,
    kind: Kind,
    accountId: string | null,
    facts: MailFacts[Kind],
  ): Promise<void> {
    if (!this.isOpen) return;
    const id = randomToken(16);
    const now = this.clock.now().getTime();
    const sealed = this.secrets.seal(
      JSON.stringify({ ...facts, happened: { at: now, language: visitorLanguage(), ...visitor() } }),
      place(id),
    );
    await sql.run(
      `INSERT INTO mail (id, kind, account_id, sealed_facts, tries, due_at, created_at, expires_at)
       VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
      id,
      kind,
      accountId,
      sealed,
      now,
      now,
      now + (GIVE_UP_LATER[kind] ?? GIVE_UP_AFTER),
    );
    await this.events.emit(mailWaiting, {});
  }

  /** Whether a message of the kind has not gone out yet. */
  async isWaiting(sql: SqlRunner, kind: MailKind, accountId: string): Promise<boolean> {
    const rows = await sql.rows(
      'SELECT 1 AS one FROM mail WHERE account_id = ? AND kind = ? LIMIT 1',
      accountId,
      kind,
    );
    return rows.length > 0;
  }

  /** What still waits for somebody who has no account any more is not sent. */
  async forget(sql: SqlRunner, accountId: string): Promise<void> {
    await sql.run('DELETE FROM mail WHERE account_id = ?', accountId);
    await sql.run('DELETE FROM mail_outcome WHERE account_id = ?', accountId);
  }

  /** @throws CannotOpen */
  open<Kind extends MailKind>(id: string, sealedFacts: string): MailFacts[Kind] & Happened {
    return JSON.parse(this.secrets.open(sealedFacts, place(id))) as MailFacts[Kind] & Happened;
  }
}

/** When and from where it was done. */
export interface Happened {
  readonly happened: {
    /** Epoch milliseconds. */
    readonly at: number;
    readonly userAgent?: string;
    readonly address?: string;
    readonly language?: string;
    /** Of the session that it was done in. */
    readonly sessionStartedAt?: number;
  };
}

function place(id: string): string {
  return `mail:${id}`;
}
