import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { readForm } from '../../http/form.js';
import { Languages } from '../../http/language.js';
import { Accounts } from '../../users/accounts.service.js';
import { EmailForm } from '../../users/email-change.service.js';
import type { PrintedLink } from '../../users/invitations.js';
import { SetUpLinks } from '../../users/set-up-links.js';
import { SHELL } from '../actor.js';
import { UserInvitations } from '../users/user-invitations.js';
import type { Outcome } from './outcome.js';
import type { SetUpCommand } from './set-up-commands.list.js';
import { whyNot } from './why-not.js';

/** Links for somebody who has no account yet. */
@Injectable()
export class SetUpCommands {
  constructor(
    private readonly setUpLinks: SetUpLinks,
    private readonly invitations: UserInvitations,
    private readonly accounts: Accounts,
    private readonly languages: Languages,
    private readonly audit: Audit,
  ) {}

  async run(command: SetUpCommand, [argument]: string[] = []): Promise<Outcome> {
    switch (command) {
      case 'setup-link':
        return this.setUp();
      case 'invite':
        return argument === undefined
          ? printed(await this.invitations.invite(SHELL))
          : this.inviteByMail(argument);
      case 'invitations':
        return this.list();
      case 'invitation-withdraw':
        return (await this.invitations.withdraw(SHELL, argument!)).kind === 'done'
          ? { done: true, message: 'its link is worthless now' }
          : { done: false, message: `there is no open invitation ${JSON.stringify(argument)}` };
    }
  }

  private async setUp(): Promise<Outcome> {
    const link = await this.setUpLinks.renew();
    if (!link)
      return { done: false, message: 'there is an operator already; operator-add makes another one' };
    await this.audit.record('link.printed', { detail: { by: 'shell', purpose: 'set-up' } });
    return printed(link);
  }

  private async inviteByMail(email: string): Promise<Outcome> {
    const submitted = readForm(EmailForm, { email });
    if (!submitted.valid)
      return { done: false, message: this.languages.text('en', submitted.errors['email']!) };
    const invited = await this.invitations.inviteByMail(SHELL, submitted.form.email);
    if (invited.kind === 'refused') return { done: false, message: whyNot(invited, email) };
    const until = invited.expiresAt.toISOString();
    return {
      done: true,
      message: `a letter goes to ${submitted.form.email}; its link works until ${until}`,
      facts: { id: invited.id, email: submitted.form.email, expiresAt: invited.expiresAt },
    };
  }

  private async list(): Promise<Outcome> {
    const invitations = await Promise.all(
      (await this.invitations.open()).map(async ({ id, email, madeBy, createdAt, expiresAt }) => {
        const by = madeBy === null ? 'shell' : ((await this.accounts.find(madeBy))?.username ?? madeBy);
        return { id, email, by, createdAt, expiresAt };
      }),
    );
    const lines = invitations.map(
      ({ id, email, by, expiresAt }) =>
        `${id}\t${email ?? 'by link'}\tby ${by}\tuntil ${expiresAt.toISOString()}`,
    );
    return { done: true, message: lines.join('\n') || 'there is no open invitation', facts: { invitations } };
  }
}

function printed({ url, expiresAt }: PrintedLink): Outcome {
  return {
    done: true,
    message: `for one person, once, until ${expiresAt.toISOString()}:\n${url}`,
    facts: { url, expiresAt },
  };
}
