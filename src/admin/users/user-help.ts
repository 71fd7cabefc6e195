import { Injectable } from '@nestjs/common';
import { Throttle } from '../../attempts/throttle.service.js';
import { Audit, type AuditName } from '../../audit/audit.service.js';
import { randomToken } from '../../kernel/secrets.js';
import { Recovery } from '../../mfa/recovery.service.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import type { PrintedLink } from '../../users/invitations.js';
import type { LinkPurpose } from '../../users/link-kinds.js';
import { OneTimeLinks } from '../../users/one-time-links.js';
import { Passwords } from '../../users/passwords.service.js';
import type { Actor } from '../actor.js';
import { DONE, refused, type Acted } from './acted.js';
import { Permission } from './permission.js';

/** What operators and the help desk do for somebody who is stuck; like user-actions.ts, one implementation for all callers. */
@Injectable()
export class UserHelp {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly recovery: Recovery,
    private readonly links: OneTimeLinks,
    private readonly permission: Permission,
    private readonly audit: Audit,
  ) {}

  /** Every session ends; a second factor stays. @returns the password, which exists in the clear this once */
  async resetPassword(
    actor: Actor,
    account: Account,
    reason?: string,
  ): Promise<Acted<{ readonly password: string }>> {
    const refusal = await this.permission.refusal(actor, account);
    if (refusal) return refusal;
    const password = randomToken(15);
    if (!(await this.passwords.change(account, password))) return refused('changed-meanwhile');
    await this.record('password.changed', actor, account, { reason });
    return { kind: 'done', password };
  }

  /** A link to choose a new password; 30 minutes, once. It is as good as the password. */
  passwordLink(actor: Actor, account: Account): Promise<Acted<PrintedLink>> {
    return this.link(actor, 'reset-password', account, account.email);
  }

  /** A link that signs in without the password; 1 hour, once. A second factor is asked for as ever. */
  signInLink(actor: Actor, account: Account): Promise<Acted<PrintedLink>> {
    return this.link(actor, 'sign-in', account, account.email);
  }

  /** A link that confirms the present address; 24 hours, once. */
  verificationLink(actor: Actor, account: Account): Promise<Acted<PrintedLink>> {
    return this.link(actor, 'verify-email', account, account.email);
  }

  /** A link that moves the account to another address (checked by the caller: EmailForm); whether it is still free is seen when it is used. */
  async emailLink(actor: Actor, account: Account, email: string): Promise<Acted<PrintedLink>> {
    if (await this.accounts.findByIdentifier(email)) return refused('taken');
    return this.link(actor, 'confirm-new-email', account, email, { email });
  }

  /** Forgets failed checks, also after a hard stop. */
  async clearThrottle(actor: Actor, account: Account, reason?: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account);
    if (refusal) return refusal;
    const stopped = await this.throttle.stopped(account.id);
    if ((await this.throttle.reset(account.id)) === 0) return DONE;
    const before = stopped.map(({ factor }) => factor);
    await this.record('throttle.cleared', actor, account, { before, reason });
    return DONE;
  }

  /** One authenticator or passkey; the owner is told. With the last one the backup codes go, too. Every session ends. */
  async removeFactor(
    actor: Actor,
    account: Account,
    { kind, id }: { readonly kind: 'totp' | 'passkey'; readonly id: string },
    reason?: string,
  ): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, { notOneself: true });
    if (refusal) return refusal;
    const enrolled = await this.secondFactors.enrolled(account.id);
    const found = (kind === 'totp' ? enrolled.authenticators : enrolled.passkeys).find(
      (each) => each.id === id,
    );
    if (!found) return refused('no-factor');
    if (!(await this.secondFactors.remove(account, kind, id))) return refused('changed-meanwhile');
    await this.record('second-factor.removed', actor, account, { name: found.name, reason }, kind);
    return DONE;
  }

  /** Every second factor and the backup codes. @returns whether a password is left to sign in with */
  async removeEveryFactor(
    actor: Actor,
    account: Account,
    reason?: string,
  ): Promise<Acted<{ readonly hasPassword: boolean }>> {
    const refusal = await this.permission.refusal(actor, account, { notOneself: true });
    if (refusal) return refusal;
    const done = { kind: 'done', hasPassword: account.passwordHash !== null } as const;
    // Of an account that has none nothing is removed: its sessions go on, and nobody is told of anything.
    const { authenticators, passkeys, backupCodes } = await this.secondFactors.enrolled(account.id);
    if (authenticators.length + passkeys.length + backupCodes.left === 0) return done;
    const named = (each: { readonly name: string }) => each.name;
    const before = { totp: authenticators.map(named), passkeys: passkeys.map(named) };
    if (!(await this.secondFactors.turnOff(account))) return refused('changed-meanwhile');
    const after = { totp: [], passkeys: [] };
    await this.record('second-factor.removed', actor, account, { reason, before, after });
    return done;
  }

  async confirmRecovery(actor: Actor, account: Account, reason?: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account, { notOneself: true });
    if (refusal) return refusal;
    const confirmed = await this.recovery.confirm(account.id);
    if (confirmed === 'nothing') return refused('no-recovery');
    if (confirmed === 'confirmed') await this.record('recovery.confirmed', actor, account, { reason });
    return DONE;
  }

  async refuseRecovery(actor: Actor, account: Account, reason?: string): Promise<Acted> {
    const refusal = await this.permission.refusal(actor, account);
    if (refusal) return refusal;
    if (!(await this.recovery.cancel(account.id))) return refused('no-recovery');
    await this.record('recovery.cancelled', actor, account, { reason });
    return DONE;
  }

  private async link(
    actor: Actor,
    purpose: LinkPurpose,
    account: Account,
    address: string,
    facts: Record<string, unknown> = {},
  ): Promise<Acted<PrintedLink>> {
    const refusal = await this.permission.refusal(actor, account);
    if (refusal) return refusal;
    // Its page would say that the link is too old, to somebody whom nobody told better.
    if (account.disabledAt) return refused('disabled');
    const { url, expiresAt } = await this.links.make(purpose, account.id, address, facts);
    await this.record('link.printed', actor, account, { purpose });
    return { kind: 'done', url, expiresAt };
  }

  private record(
    name: AuditName,
    { by, req }: Actor,
    { id }: Account,
    detail: Record<string, unknown>,
    factor?: string,
  ): Promise<void> {
    return this.audit.record(
      name,
      { accountId: id, detail: { by, ...detail }, ...(factor ? { factor } : {}) },
      req,
    );
  }
}
