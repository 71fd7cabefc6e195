import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Sql } from '../../database/sql.js';
import { Outbox } from '../../mail/outbox.js';
import { Accounts } from '../../users/accounts.service.js';
import { Invitations, type OpenInvitation, type PrintedLink } from '../../users/invitations.js';
import { MailQuota } from '../../users/mail-quota.js';
import type { Actor } from '../actor.js';
import { DONE, refused, type Acted, type Refused } from './acted.js';

/** More than anybody reads; what is not among them ends by itself within a week. */
const MOST = 200;

export interface Invited extends PrintedLink {
  readonly id: string;
}

/** Letting somebody register, by a link that is handed over or by a letter with one. */
@Injectable()
export class UserInvitations {
  constructor(
    private readonly sql: Sql,
    private readonly accounts: Accounts,
    private readonly invitations: Invitations,
    private readonly quota: MailQuota,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /** Whether a letter can be sent at all. */
  get mailed(): boolean {
    return this.outbox.isOpen;
  }

  /** @returns the link, which is shown this once */
  async invite(actor: Actor): Promise<{ readonly kind: 'done' } & Invited> {
    const { id, url, expiresAt } = await this.invitations.make(madeBy(actor));
    await this.record(actor, 'invitation.made', id, { mailed: false });
    return { kind: 'done', id, url, expiresAt };
  }

  /**
   * The letter and its invitation are one commit. Nobody but its reader ever has the link.
   * @param email checked by the caller (EmailForm)
   * @param locale of whoever invites: nothing is known of the reader
   */
  async inviteByMail(
    actor: Actor,
    email: string,
    locale = '',
  ): Promise<({ readonly kind: 'done' } & Omit<Invited, 'url'>) | Refused> {
    if (!this.outbox.isOpen) return refused('no-mail');
    if (await this.accounts.findByIdentifier(email)) return refused('taken');
    if (!(await this.quota.admit(email)).admitted) return refused('too-often');
    const { id, expiresAt } = await this.sql.transaction(async (sql) => {
      const made = await this.invitations.make(madeBy(actor), email, sql);
      await this.outbox.add(sql, 'invitation', null, { email, invitation: made.id, locale });
      return made;
    });
    await this.record(actor, 'invitation.made', id, { mailed: true });
    return { kind: 'done', id, expiresAt };
  }

  /** Those that nobody has used yet, the newest first. */
  open(): Promise<OpenInvitation[]> {
    return this.invitations.open(MOST);
  }

  /** The link that was handed over or sent is worthless. @returns refused: there is no such invitation any more */
  async withdraw(actor: Actor, id: string): Promise<Acted> {
    if (!(await this.invitations.withdraw(id))) return refused('not-set');
    await this.record(actor, 'invitation.withdrawn', id);
    return DONE;
  }

  /** Under the account of whoever did it: there is no other yet. */
  private record(
    actor: Actor,
    name: 'invitation.made' | 'invitation.withdrawn',
    invitation: string,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    const detail = { by: actor.by, invitation, ...more };
    return this.audit.record(name, { accountId: madeBy(actor) ?? undefined, detail }, actor.req);
  }
}

/** Only somebody's account is somebody whose rights can end. */
function madeBy({ by, role }: Actor): string | null {
  return role ? by : null;
}
