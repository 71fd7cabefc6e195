import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { browserName } from '../http/browser-name.js';
import { Clock } from '../kernel/clock.js';
import { Delivery } from '../mail/delivery.js';
import type { MailFacts, MailKind } from '../mail/kinds.js';
import type { Addressed, Letter } from '../mail/letter.js';
import * as letters from '../mail/letters.js';
import type { Happened } from '../mail/outbox.js';
import type { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import type { LinkPurpose } from './link-kinds.js';
import { isToStranger, LettersToStrangers, type ToStranger } from './letters-to-strangers.js';
import { OneTimeLinks } from './one-time-links.js';
import { effectiveAfterTelling } from './time-to-object.js';

/** A letter, and the address it goes to where that is not the account's own. */
interface Written {
  readonly letter: Letter;
  readonly to?: string;
}

type Write<Kind extends MailKind> = (
  account: Account,
  facts: MailFacts[Kind],
  told: { happened: Letter['happened']; notMe: string },
) => Promise<Written> | Written;

/**
 * Writes the letters that stand in the outbox: to whom, and with which link. A link is made now, when its letter is sent, and
 * nobody but its reader ever has it.
 */
@Injectable()
export class Correspondence {
  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly links: OneTimeLinks,
    private readonly strangers: LettersToStrangers,
    private readonly clock: Clock,
    delivery: Delivery,
  ) {
    delivery.composedBy((kind, accountId, facts, isFirstTry) =>
      this.write(kind, accountId, facts, isFirstTry),
    );
  }

  private async write<Kind extends MailKind>(
    kind: Kind,
    accountId: string | null,
    facts: MailFacts[Kind] & Happened,
    isFirstTry: boolean,
  ): Promise<Addressed | undefined> {
    if (isToStranger(kind)) return this.strangers.write(kind, facts as MailFacts[ToStranger], isFirstTry);
    const account = accountId ? await this.accounts.find(accountId) : null;
    // Nobody is told that an address has no account, and a closed account has nothing to be told.
    if (!account || (account.disabledAt && ONLY_OPEN.has(kind))) return undefined;
    const { email, emailVerifiedAt } = account;
    const addressee = { email, confirmed: emailVerifiedAt != null };
    if (isFirstTry && NOTICES.has(kind) && !(await this.strangers.mayBeTold(addressee))) return undefined;
    const known: Exclude<MailKind, ToStranger> = kind;
    const write = this.letters[known] as Write<Kind>;
    const { happened } = facts;
    const told = {
      happened: {
        at: new Date(happened.at),
        browser: browserName(happened.userAgent) ?? '',
        address: happened.address ?? '',
      },
      notMe: NOTICES.has(kind) ? await this.notMe(account, facts) : '',
    };
    const { letter, to = account.email } = await write(account, facts, told);
    const { username, timeZone } = account;
    return { to, username, locale: account.locale ?? happened.language, timeZone, letter };
  }

  /** A letter that was late promises no moment that is over. */
  private effective(requestedAt: Date, effectiveAt: number): Date {
    return new Date(effectiveAfterTelling(requestedAt.getTime(), effectiveAt, this.clock.now().getTime()));
  }

  private readonly letters: { [Kind in Exclude<MailKind, ToStranger>]: Write<Kind> } = {
    'verify-email': async (account) => ({
      letter: letters.verifyEmail(await this.link('verify-email', account)),
    }),
    'already-registered': () => ({
      letter: letters.alreadyRegistered({ signIn: this.config.url('/dashboard') }),
    }),
    'reset-password': async (account, _facts, { happened }) => ({
      letter: letters.resetPassword({ ...(await this.link('reset-password', account)), happened }),
    }),
    'password-blocked': async (account) => ({
      letter: letters.passwordBlocked(await this.link('reset-password', account)),
    }),
    'confirm-new-email': async (account, { email, begunWith }) => ({
      to: email,
      letter: letters.confirmNewEmail({
        email,
        ...(await this.link('confirm-new-email', account, email, { email, begunWith })),
      }),
    }),
    'email-taken': () => ({ letter: letters.emailTaken() }),
    'email-change-requested': (_account, { newEmail }, told) => ({
      letter: letters.emailChangeRequested({ newEmail, ...told }),
    }),
    'email-changed': async (account, { oldEmail, newEmail, reservation }, { happened }) => {
      const undo = await this.link('undo-email-change', account, oldEmail, { email: oldEmail, reservation });
      await this.links.prolongReservation(reservation, undo.until);
      return { to: oldEmail, letter: letters.emailChanged({ oldEmail, newEmail, happened, ...undo }) };
    },
    'email-change-undone': ({ email }, _facts, told) => ({
      letter: letters.emailChangeUndone({ email, ...told }),
    }),
    'password-changed': (_account, _facts, told) => ({ letter: letters.passwordChanged(told) }),
    'password-removed': (_account, _facts, told) => ({ letter: letters.passwordRemoved(told) }),
    'second-factor-added': (_account, { factor, name }, told) => ({
      letter:
        factor === 'totp' ? letters.totpAdded({ name, ...told }) : letters.passkeyAdded({ name, ...told }),
    }),
    'second-factor-removed': (_account, { factor, name }, told) => ({
      letter:
        factor === 'totp'
          ? letters.totpRemoved({ name, ...told })
          : letters.passkeyRemoved({ name, ...told }),
    }),
    'second-factor-off': (_account, _facts, told) => ({ letter: letters.secondFactorOff(told) }),
    'backup-codes-made': (_account, _facts, told) => ({ letter: letters.backupCodesMade(told) }),
    'backup-code-used': (_account, { left }, told) => ({
      letter: letters.backupCodeUsed({
        left,
        newCodes: this.config.url('/dashboard/second-factor'),
        ...told,
      }),
    }),
    'passkey-suspect': (_account, { name }, told) => ({ letter: letters.passkeySuspect({ name, ...told }) }),
    'new-browser': (_account, { client }, told) => ({ letter: letters.newBrowser({ client, ...told }) }),
    'approval-requested': (_account, { client }) => ({
      letter: letters.approvalRequested({ client, approvals: this.config.url('/dashboard/approvals') }),
    }),
    'recovery-requested': async (account, { email, effectiveAt }, { happened }) => ({
      to: email,
      letter: letters.recoveryRequested({
        cancel: (await this.link('cancel-recovery', account, email)).link,
        effectiveAt: effectiveAt === null ? null : this.effective(happened!.at, effectiveAt),
        happened,
      }),
    }),
    'recovery-cancelled': (_account, _facts, told) => ({ letter: letters.recoveryCancelled(told) }),
    'recovery-used': (_account, _facts, told) => ({ letter: letters.recoveryUsed(told) }),
    'deletion-requested': async (account, { dueAt }, { happened }) => ({
      letter: letters.deletionRequested({
        dueAt: new Date(dueAt),
        keep: (await this.link('keep-account', account)).link,
        happened,
      }),
    }),
    'deletion-decided': (_account, { dueAt }) => ({
      letter: letters.deletionDecided({ dueAt: new Date(dueAt) }),
    }),
    'deletion-cancelled': (_account, _facts, told) => ({ letter: letters.deletionCancelled(told) }),
  };

  private async link(
    purpose: LinkPurpose,
    account: Account,
    to = account.email,
    detail: Record<string, unknown> = {},
  ): Promise<{ link: string; until: Date }> {
    const { url, expiresAt } = await this.links.make(purpose, account.id, to, detail);
    return { link: url, until: expiresAt };
  }

  /**
   * @param facts what is objected to, and the factor if it is about one. Whoever did it may have prepared more in the same
   *   session, or on the way into it: the objection is to everything since that began.
   */
  private async notMe(account: Account, facts: object & Happened): Promise<string> {
    const {
      factor,
      id,
      since: begun,
    } = facts as Partial<MailFacts['second-factor-added'] & MailFacts['new-browser']>;
    const { at, sessionStartedAt } = facts.happened;
    const detail = { since: begun ?? sessionStartedAt ?? at, factor, id };
    return (await this.link('not-me', account, account.email, detail)).link;
  }
}

/** A closed account gets no new password, and is asked nothing. */
const ONLY_OPEN: ReadonlySet<MailKind> = new Set<MailKind>([
  'reset-password',
  'password-blocked',
  'approval-requested',
]);

/** The mails that carry "this wasn't me". */
const NOTICES: ReadonlySet<MailKind> = new Set<MailKind>([
  'email-change-requested',
  'email-change-undone',
  'password-changed',
  'password-removed',
  'second-factor-added',
  'second-factor-removed',
  'second-factor-off',
  'backup-codes-made',
  'backup-code-used',
  'passkey-suspect',
  'new-browser',
  'recovery-cancelled',
  'recovery-used',
  'deletion-cancelled',
]);
