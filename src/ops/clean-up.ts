import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditChain } from '../audit/audit-chain.service.js';
import { Sql } from '../database/sql.js';
import { Clock, DAY, MINUTE } from '../kernel/clock.js';
import { Repeating } from '../kernel/repeating.js';
import { WaitingMails } from '../mail/waiting-mail.js';
import { Challenges } from '../mfa/challenges.js';
import { Recovery } from '../mfa/recovery.service.js';
import { RememberedDevices } from '../mfa/remembered-devices.js';
import { LogoutNotices } from '../oidc/sessions/logout-notices.service.js';
import { RecordStore } from '../oidc/records/record.store.js';
import { Registrations } from '../oidc/registration/registrations.service.js';
import { SessionList } from '../oidc/sessions/session-list.service.js';
import { AttemptStore } from '../sign-in/attempt.store.js';
import { AccountDeletion } from '../users/account-deletion.service.js';
import { Invitations } from '../users/invitations.js';
import { OneTimeLinks } from '../users/one-time-links.js';
import { WebhookOutbox } from '../webhooks/webhook-outbox.js';

/** Rows at a time: about a millisecond, so that nobody's sign-in waits behind it. */
const BATCH = 100;
const PAUSE_BETWEEN_BATCHES = 20;
const INTERVAL = MINUTE;
const KNOWN_BROWSER_LIFETIME = 365 * DAY;

/** Removes what has expired. Nothing depends on it: every read checks the expiry itself. */
@Injectable()
export class CleanUp implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('CleanUp');
  private readonly repeating = new Repeating(
    () => this.run(),
    ({ message }) => this.logger.warn(`will be tried again: ${message}`),
  );
  private stopped = false;

  constructor(
    private readonly records: RecordStore,
    private readonly attempts: AttemptStore,
    private readonly sessions: SessionList,
    private readonly logoutNotices: LogoutNotices,
    private readonly webhooks: WebhookOutbox,
    private readonly mails: WaitingMails,
    private readonly registrations: Registrations,
    private readonly links: OneTimeLinks,
    private readonly invitations: Invitations,
    private readonly challenges: Challenges,
    private readonly devices: RememberedDevices,
    private readonly recovery: Recovery,
    private readonly deletion: AccountDeletion,
    private readonly auditChain: AuditChain,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter: it does what it is for, by the settings of its start.
    if (this.host.httpAdapter) this.repeating.start(INTERVAL);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.repeating.stop();
  }

  /** One pass over everything that expires, in batches. One that fails keeps none of the others from their turn. */
  async run(): Promise<void> {
    const expiring: (() => Promise<number>)[] = [
      () => this.records.removeExpired(BATCH),
      () => this.attempts.removeExpired(BATCH),
      () => this.links.removeExpired(BATCH),
      () => this.invitations.removeExpired(BATCH),
      () => this.challenges.removeExpired(BATCH),
      () => this.devices.removeExpired(BATCH),
      () => this.recovery.removeExpired(BATCH),
      () => this.sessions.removeExpired(BATCH),
      () => this.logoutNotices.removeExpired(BATCH),
      () => this.webhooks.removeExpired(BATCH),
      () => this.webhooks.removeOrphans(BATCH),
      () => this.mails.removeSettled(BATCH),
      () => this.registrations.removeUnused(BATCH),
      () => this.removeOldCounters(),
      () => this.removeOldBrowsers(),
      () => this.auditChain.removeOld(BATCH),
      // Not only space: this is where the grace of a deleted account ends.
      () => this.deletion.deleteDue(BATCH),
    ];
    const causes = new Set<string>();
    for (const removeSome of expiring) {
      await this.inBatches(removeSome).catch((error: Error) => causes.add(error.message));
    }
    for (const cause of causes) this.logger.warn(`will be tried again: ${cause}`);
  }

  private async inBatches(removeSome: () => Promise<number>): Promise<void> {
    while (!this.stopped && (await removeSome()) >= BATCH) await pause(PAUSE_BETWEEN_BATCHES);
  }

  /** An account's counter is kept for a year: the hard stop counts the patient too. Names that nobody has are many. */
  private removeOldCounters(): Promise<number> {
    const now = this.clock.now().getTime();
    return this.sql.run(
      'DELETE FROM throttle WHERE bucket IN (SELECT bucket FROM throttle WHERE last_at < ? AND (of_account = 0 OR last_at < ?) LIMIT ?)',
      now - DAY,
      now - 365 * DAY,
      BATCH,
    );
  }

  private removeOldBrowsers(): Promise<number> {
    return this.sql.run(
      `DELETE FROM known_browser WHERE (browser, account_id) IN
         (SELECT browser, account_id FROM known_browser WHERE last_at < ? LIMIT ?)`,
      this.clock.now().getTime() - KNOWN_BROWSER_LIFETIME,
      BATCH,
    );
  }
}
