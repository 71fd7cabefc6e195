import { Injectable } from '@nestjs/common';
import type { SqlRunner } from '../../database/sql.js';
import { Clock } from '../../kernel/clock.js';
import { Events, eventKind } from '../../kernel/events.js';
import { randomToken, Secrets } from '../../kernel/secrets.js';

/** What the application gets: nobody else may read it, not even in the database. */
export interface PingFacts {
  readonly authReqId: string;
  /** With this the application knows us (client_notification_token). */
  readonly token: string;
}

export const pingWaiting = eventKind<Record<string, never>>('ping.waiting');

/** Takes down, in the transaction of the answer, whom it is to be told; ping-delivery.service.ts tells them. */
@Injectable()
export class PingNotices {
  constructor(
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly events: Events,
  ) {}

  /** @param expiresAt when the answer is worth nothing any more (epoch milliseconds) */
  async add(
    sql: SqlRunner,
    { accountId, clientId, expiresAt }: { accountId: string; clientId: string; expiresAt: number },
    facts: PingFacts,
  ): Promise<void> {
    const id = randomToken(16);
    const now = this.clock.now().getTime();
    await sql.run(
      `INSERT INTO ping_notice (id, account_id, client_id, sealed_facts, tries, due_at, created_at, expires_at)
       VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
      id,
      accountId,
      clientId,
      this.secrets.seal(JSON.stringify(facts), place(id)),
      now,
      now,
      expiresAt,
    );
    await this.events.emit(pingWaiting, {});
  }

  /** @throws CannotOpen */
  open(id: string, sealedFacts: string): PingFacts {
    return JSON.parse(this.secrets.open(sealedFacts, place(id))) as PingFacts;
  }
}

function place(id: string): string {
  return `ping:${id}`;
}
