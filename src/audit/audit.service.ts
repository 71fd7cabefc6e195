import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Sql, type Note } from '../database/sql.js';
import { Config } from '../config/config.js';
import { plainAddress } from '../kernel/address.js';
import { Clock } from '../kernel/clock.js';

export type AuditName =
  | 'account.registered'
  | 'account.registration-refused'
  | 'account.disabled'
  | 'account.enabled'
  | 'password.checked'
  | 'password.changed'
  | 'second-factor.checked'
  | 'second-factor.enrolled'
  | 'second-factor.removed'
  | 'backup-codes.made'
  | 'throttle.cleared'
  | 'sign-in.completed'
  | 'consent.given'
  | 'consent.refused'
  | 'entry.refused'
  | 'claims.previewed'
  | 'group.changed'
  | 'group.created'
  | 'group.deleted'
  | 'group.joined'
  | 'group.left'
  | 'operator.made'
  | 'operator.ended'
  | 'invitation.made'
  | 'invitation.withdrawn'
  | 'mail.dropped'
  | 'mail.retried'
  | 'mail.tested'
  | 'logout-notice.dropped'
  | 'logout-notice.retried'
  | 'attribute.changed'
  | 'audit.exported'
  | 'audit.verified'
  | 'details.changed'
  | 'profile.changed'
  | 'avatar.changed'
  | 'avatar.removed'
  | 'data.exported'
  | 'users.exported'
  | 'email.verified'
  | 'email.change-requested'
  | 'email.changed'
  | 'email.change-undone'
  | 'password.reset-requested'
  | 'password.reset'
  | 'password.removed'
  | 'passkey.checked'
  | 'sign-in-link.checked'
  | 'device.remembered'
  | 'device.forgotten'
  | 'device.connected'
  | 'recovery.requested'
  | 'recovery.confirmed'
  | 'recovery.cancelled'
  | 'recovery.used'
  | 'account.objected'
  | 'account.deletion-requested'
  | 'account.kept'
  | 'application.revoked'
  | 'clients.applied'
  | 'clients.exported'
  | 'approval.requested'
  | 'approval.given'
  | 'approval.refused'
  | 'client.registered'
  | 'client.created'
  | 'client.secret-rotated'
  | 'client.old-secret-ended'
  | 'client.redirect-uri-added'
  | 'client.updated'
  | 'client.removed'
  | 'client.registration-token-made'
  | 'api.created'
  | 'api.updated'
  | 'api.removed'
  | 'link.printed'
  | 'signing-key.published'
  | 'signing-key.revoked'
  | 'signing-key.removed'
  | 'setting.changed'
  | 'session.ended'
  | 'webhook.added'
  | 'webhook.changed'
  | 'webhook.removed'
  | 'webhook.tested'
  | 'webhook.retried';

/** How the verdict of a check is written down. */
export const RESULT_OF = { proven: 'success', refused: 'failure', throttled: 'throttled' } as const;

export interface AuditFacts {
  readonly result?: 'success' | 'failure' | 'throttled';
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly factor?: string;
  readonly detail?: Record<string, unknown>;
}

/** An event as it is about to be written down. */
export interface Noted {
  readonly name: AuditName;
  readonly facts: AuditFacts;
  readonly at: Date;
  readonly address: string | undefined;
}

/** What else is to be written because of an event, in the same commit. */
export type Companion = (noted: Noted) => Promise<readonly Note[]>;

export interface LastEvent {
  readonly at: Date;
  readonly succeeded: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

const INSERT = `INSERT INTO audit_event
    (at, name, result, account_id, client_id, factor, address, user_agent, detail)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes down each authentication event (ASVS 16.3.1). What is passed in must never contain a secret. */
@Injectable()
export class Audit {
  private listener: ((name: AuditName, facts: AuditFacts) => void) | undefined;
  private companion: Companion | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Whoever counts what happens hears of it here. */
  toldTo(listener: (name: AuditName, facts: AuditFacts) => void): void {
    this.listener = listener;
  }

  /** Whoever tells others of what happens writes it down here: both are kept, or neither is. */
  accompaniedBy(companion: Companion): void {
    this.companion = companion;
  }

  /** @param req where it came from; absent for what an operator does from the shell */
  async record(name: AuditName, facts: AuditFacts, req?: Request): Promise<void> {
    this.listener?.(name, facts);
    const at = this.clock.now();
    const address = plainAddress(req?.ip);
    const params = [
      this.sql.moment(at),
      name,
      facts.result ?? 'success',
      facts.accountId ?? null,
      facts.clientId ?? null,
      facts.factor ?? null,
      address ?? null,
      req?.get('user-agent')?.slice(0, 300) ?? null,
      facts.detail ? JSON.stringify(facts.detail) : null,
    ];
    const more = (await this.companion?.({ name, facts, at, address })) ?? [];
    await this.sql.notes([{ text: INSERT, params }, ...more]);
  }

  /** The last time that it happened to the account, or was tried. */
  async last(name: AuditName, accountId: string): Promise<LastEvent | undefined> {
    const [row] = await this.sql.rows<{
      at: number | string | Date;
      result: string;
      detail: string | object | null;
    }>(
      'SELECT at, result, detail FROM audit_event WHERE account_id = ? AND name = ? ORDER BY id DESC LIMIT 1',
      accountId,
      name,
    );
    if (!row) return undefined;
    // PostgreSQL's driver has read the JSON already.
    const detail = typeof row.detail === 'string' ? (JSON.parse(row.detail) as object) : (row.detail ?? {});
    return {
      at: new Date(row.at),
      succeeded: row.result === 'success',
      detail: detail as LastEvent['detail'],
    };
  }

  /**
   * Whether it has ever happened to the account.
   * @param since when the account was made; whoever is older than what is kept counts as one to whom it has happened
   */
  async hasHappened(name: AuditName, accountId: string, since: Date): Promise<boolean> {
    const { auditRetention } = this.config;
    if (auditRetention > 0 && since.getTime() < this.clock.now().getTime() - auditRetention) return true;
    const found = await this.sql.rows(
      'SELECT 1 AS happened FROM audit_event WHERE account_id = ? AND name = ? LIMIT 1',
      accountId,
      name,
    );
    return found.length > 0;
  }
}
