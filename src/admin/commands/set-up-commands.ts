import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Invitations } from '../../users/invitations.js';
import { SetUpLinks } from '../../users/set-up-links.js';
import type { Outcome } from './account-commands.js';
import type { SetUpCommand } from './set-up-commands.list.js';

/** Links that are printed for somebody who has no account yet. */
@Injectable()
export class SetUpCommands {
  constructor(
    private readonly setUpLinks: SetUpLinks,
    private readonly invitations: Invitations,
    private readonly audit: Audit,
  ) {}

  async run(command: SetUpCommand): Promise<Outcome> {
    const link = command === 'invite' ? await this.invitations.make(null) : await this.setUpLinks.renew();
    if (!link)
      return { done: false, message: 'there is an operator already; operator-add makes another one' };
    const purpose = command === 'invite' ? 'invitation' : 'set-up';
    await this.audit.record('link.printed', { detail: { by: 'shell', purpose } });
    return {
      done: true,
      message: `for one person, once, until ${link.expiresAt.toISOString()}:\n${link.url}`,
    };
  }
}
