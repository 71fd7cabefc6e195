import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { randomToken } from '../../kernel/secrets.js';
import { SessionEndings } from '../../oidc/sessions/session-endings.service.js';
import { SessionList } from '../../oidc/sessions/session-list.service.js';
import { AccountDeletion } from '../../users/account-deletion.service.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import type { Still } from '../../users/still.js';
import { SHELL, type Actor } from '../actor.js';
import { DONE, refused, type Acted } from './acted.js';
import { Permission } from './permission.js';
import { stateOf } from './user-facts.js';

/**
 * What operators do with an account as a whole. The pages, the shell and programs call the same methods, each of which is one
 * line of the audit log: who, what, and why where a reason was given. What is so already is done, and no line.
 */
@Injectable()
export class UserActions {
  constructor(
    private readonly accounts: Accounts,
    private readonly deletion: AccountDeletion,
    private readonly endings: SessionEndings,
    private readonly sessions: SessionList,
    private readonly permission: Permission,
    private readonly audit: Audit,
  ) {}

  /**
   * With a password that nobody chose. The form is checked by the caller (RegistrationForm).
   * @returns the password, which exists in the clear this once
   */
  async create(
    actor: Actor,
    { username, email }: { readonly username: string; readonly email: string },
  ): Promise<Acted<{ readonly account: Account; readonly password: string }>> {
    const password = randomToken(15);
    const account = await this.accounts.register({ username, email, password });
    if (account === 'taken') return refused('taken');
    await this.record('account.registered', actor, account.id);
    return { kind: 'done', account, password };
  }

  /** Every session and token ends. */
  async disable(actor: Actor, account: Account, reason?: string): Promise<Acted> {
    const { id } = account;
    const refusal = await this.permission.refusal(actor, { id }, { notOneself: true });
    if (refusal) return refusal;
    const disabled = await this.accounts.disable(id, { evenTheLast: actor === SHELL });
    if (disabled === 'last-operator') return refused('last-operator');
    if (disabled === 'disabled')
      await this.record('account.disabled', actor, id, { reason, ...became(account, 'disabled') });
    return DONE;
  }

  async enable(actor: Actor, account: Account, reason?: string): Promise<Acted> {
    const { id } = account;
    const refusal = await this.permission.refusal(actor, { id });
    if (refusal) return refusal;
    if (await this.accounts.enable(id))
      await this.record('account.enabled', actor, id, { reason, ...became(account, 'active') });
    return DONE;
  }

  /**
   * Everywhere: every session, code and token, and every sign-in that is half-way.
   * @returns the receipt of the applications that are told; undefined: there was nothing to end
   */
  async signOut(
    actor: Actor,
    { id }: Account,
    reason?: string,
  ): Promise<Acted<{ readonly receiptId: string | undefined }>> {
    const refusal = await this.permission.refusal(actor, { id });
    if (refusal) return refusal;
    const receiptId = await this.endings.everything(id);
    if (receiptId !== undefined)
      await this.record('session.ended', actor, id, { what: 'everywhere', reason });
    return { kind: 'done', receiptId };
  }

  /** One session, with what was issued in it. @param session as SessionList names it @returns the receipt of who is told */
  async endSession(
    actor: Actor,
    { id }: Account,
    session: string,
    reason?: string,
  ): Promise<Acted<{ readonly receiptId: string }>> {
    const refusal = await this.permission.refusal(actor, { id });
    if (refusal) return refusal;
    const receiptId = await this.sessions.end(id, session);
    if (receiptId === undefined) return refused('no-session');
    await this.record('session.ended', actor, id, { what: 'one', reason });
    return { kind: 'done', receiptId };
  }

  /**
   * With the week of grace that an owner has, too; meanwhile nobody signs in.
   * @param still for whoever acts on what they have seen, and on nothing else
   * @returns when the account will be gone
   */
  async requestDeletion(
    actor: Actor,
    account: Account,
    reason?: string,
    still?: Still,
  ): Promise<Acted<{ readonly dueAt: Date }>> {
    const { id } = account;
    const refusal = await this.permission.refusal(actor, { id }, { operator: true, notOneself: true });
    if (refusal) return refusal;
    const dueAt = await this.deletion.decide(id, still);
    if (!(dueAt instanceof Date)) return refused(dueAt);
    await this.record('account.deletion-requested', actor, id, { reason, ...became(account, 'leaving') });
    return { kind: 'done', dueAt };
  }

  /** The account is not deleted after all, whoever wanted it. It stays disabled where it is. */
  async keep(actor: Actor, account: Account, reason?: string): Promise<Acted> {
    const { id } = account;
    const refusal = await this.permission.refusal(actor, { id }, { operator: true });
    if (refusal) return refusal;
    if (!(await this.deletion.keep(id))) return refused('not-leaving');
    const after = account.disabledAt ? 'disabled' : 'active';
    await this.record('account.kept', actor, id, { reason, ...became(account, after) });
    return DONE;
  }

  private record(
    name: Parameters<Audit['record']>[0],
    { by, req }: Actor,
    accountId: string,
    detail: Record<string, unknown> = {},
  ): Promise<void> {
    return this.audit.record(name, { accountId, detail: { by, ...detail } }, req);
  }
}

/** @param account as it was */
function became(account: Account, state: ReturnType<typeof stateOf>) {
  return { before: { state: stateOf(account) }, after: { state } };
}
