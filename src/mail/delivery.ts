import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AsyncResource } from 'node:async_hooks';
import { Clock, SECOND } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { CannotOpen } from '../kernel/secrets.js';
import type { MailFacts, MailKind } from './kinds.js';
import type { Addressed } from './letter.js';
import { LetterTemplates } from './letter-templates.js';
import { mailWaiting, Outbox, type Happened } from './outbox.js';
import { MailTransport, NotSent } from './transport.js';
import { WaitingMails, type TakenMail, type WaitingMail } from './waiting-mail.js';

/** Real time, all of these: when to look. What is due is the clock's to say. */
const LOOK_EVERY = 2 * SECOND;
/** Mail is announced inside the transaction that adds it, which is usually over after the first of these. */
const LOOK_AFTER = [20, 300];
/** One try; shorter than a letter stays taken. */
const TRY_FOR = 90 * SECOND;
/** At a stop, the letter under way gets this long. */
const PATIENCE = 5 * SECOND;
/** At once, and no two of them for the same account: its letters come in the order of what happened. */
const AT_ONCE = 5;

/**
 * Resolves whom a mail is for, makes the links in it, and chooses its letter.
 * @returns undefined: there is nothing to send any more
 */
export type Composer = <Kind extends MailKind>(
  kind: Kind,
  accountId: string | null,
  facts: MailFacts[Kind] & Happened,
  isFirstTry: boolean,
) => Promise<Addressed | undefined>;

/**
 * Brings the outbox to the mail server. A letter is removed after the server has taken it: killed in between, it is sent
 * once more, with the same Message-ID, and never not at all.
 */
@Injectable()
export class Delivery implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private composer: Composer | undefined;
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private readonly stop = new AbortController();
  private stopping = false;
  /** The first failure was told; the next success will be. */
  private inTrouble = false;
  /** The server has these, but the database was away when they were to be removed. */
  private readonly sent = new Set<string>();

  constructor(
    private readonly outbox: Outbox,
    private readonly waiting: WaitingMails,
    private readonly templates: LetterTemplates,
    private readonly transport: MailTransport,
    private readonly clock: Clock,
    private readonly events: Events,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Whoever knows accounts and makes links registers this once, before the server starts. */
  composedBy(composer: Composer): void {
    this.composer = composer;
  }

  /** A command in the shell has no HTTP server: it only adds, and the server delivers. */
  onApplicationBootstrap(): void {
    if (!this.outbox.isOpen || !this.host.httpAdapter) return;
    // Bound to the context of the start: a timer that is set inside a transaction would otherwise run in it, and send what is
    // not committed yet.
    const look = AsyncResource.bind(() => void this.run());
    this.timer = setInterval(look, LOOK_EVERY).unref();
    this.events.on(mailWaiting, () => {
      for (const delay of LOOK_AFTER) setTimeout(look, delay).unref();
      return Promise.resolve();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    const giveUp = setTimeout(() => this.stop.abort(), PATIENCE);
    await this.next;
    await this.underWay;
    clearTimeout(giveUp);
    this.transport.close();
  }

  /** One pass over everything that is due and was added before this call. Never rejects: what fails is tried again. */
  run(): Promise<void> {
    this.next ??= this.underWay.then(() => {
      this.next = undefined;
      this.underWay = this.pass().catch((error: unknown) => this.trouble(error));
      return this.underWay;
    });
    return this.next;
  }

  private async pass(): Promise<void> {
    while (this.composer && this.outbox.isOpen && !this.stopping) {
      const due = await this.waiting.due(AT_ONCE);
      if (due.length === 0) return;
      const byAccount = Map.groupBy(due, ({ id, accountId }) => accountId ?? id);
      const all = await Promise.all([...byAccount.values()].map((mails) => this.inOrder(mails)));
      // Each look tries one more, until the server answers.
      if (all.includes('away')) return;
    }
  }

  private async inOrder(mails: WaitingMail[]): Promise<'away' | 'done'> {
    try {
      for (const mail of mails) {
        if (this.stopping) break;
        const taken = await this.waiting.take(mail);
        if (taken && (await this.deliver(taken)) === 'away') return 'away';
      }
      return 'done';
    } catch (error) {
      // The database is away. The others, which are under way beside this one, are waited for all the same.
      this.trouble(error);
      return 'away';
    }
  }

  private async deliver(mail: TakenMail): Promise<'away' | 'done'> {
    try {
      if (this.sent.has(mail.id) || (await this.send(mail))) await this.waiting.settle(mail, 'sent');
      else await this.waiting.remove(mail);
      this.sent.delete(mail.id);
      return 'done';
    } catch (error) {
      if (this.sent.has(mail.id)) throw error;
      return this.failed(mail, error);
    }
  }

  /** @returns whether there was anything to send */
  private async send(mail: TakenMail): Promise<boolean> {
    const { id, kind, accountId, sealedFacts } = mail;
    if (this.waiting.hasExpired(mail)) throw new NotSent('refused', 'it could not be sent for too long');
    const facts = this.outbox.open<typeof kind>(id, sealedFacts);
    const addressed = await this.composer!(kind, accountId, facts, mail.tries === 0);
    if (!addressed) return false;
    const message = { id, date: this.clock.now(), ...this.templates.write(addressed) };
    await this.transport.send(message, AbortSignal.any([this.stop.signal, AbortSignal.timeout(TRY_FOR)]));
    this.sent.add(id);
    await this.recovered();
    return true;
  }

  /** The operator is told the kind and the cause; whose letter it is, and what was in it, is nobody's business but the owner's. */
  private async failed(mail: TakenMail, error: unknown): Promise<'away' | 'done'> {
    if (this.stop.signal.aborted) {
      await this.waiting.giveBack(mail);
      return 'done';
    }
    const what = `${mail.kind} (${mail.id})`;
    if (error instanceof CannotOpen || (error instanceof NotSent && error.verdict === 'refused')) {
      await this.waiting.settle(mail, 'given-up', error.message);
      this.logger.warn(`${what} is given up: ${error.message}`);
      return 'done';
    }
    await this.waiting.postpone(mail, (error as Error).message);
    if (error instanceof NotSent && error.verdict === 'away') {
      this.trouble(error);
      return 'away';
    }
    if (mail.tries === 0) this.logger.warn(`${what} will be tried again: ${(error as Error).message}`);
    return 'done';
  }

  private trouble(error: unknown): void {
    if (!this.inTrouble)
      this.logger.warn(`no mail goes out; it is kept and tried again: ${(error as Error).message}`);
    this.inTrouble = true;
  }

  private async recovered(): Promise<void> {
    if (!this.inTrouble) return;
    this.inTrouble = false;
    this.logger.log('mail goes out again');
    await this.waiting.hasten();
  }
}
