import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { MailFacts, MailKind } from '../mail/kinds.js';
import type { Addressed, Letter } from '../mail/letter.js';
import * as letters from '../mail/letters.js';
import { Invitations } from './invitations.js';
import { MailQuota } from './mail-quota.js';

const KINDS = ['username-taken', 'account-deleted', 'email-taken-back', 'invitation'] as const;
/** What is told to somebody who has no account (any more, or yet). */
export type ToStranger = (typeof KINDS)[number];

export function isToStranger(kind: MailKind): kind is ToStranger {
  return (KINDS as readonly MailKind[]).includes(kind);
}

/** The letters to addresses that are no account's: what is known of the reader stands in the letter's facts. */
@Injectable()
export class LettersToStrangers {
  constructor(
    private readonly config: Config,
    private readonly invitations: Invitations,
    private readonly quota: MailQuota,
  ) {}

  /** @returns undefined: there is nothing to say any more */
  async write(
    kind: ToStranger,
    facts: MailFacts[ToStranger],
    isFirstTry: boolean,
  ): Promise<Addressed | undefined> {
    if (isFirstTry && 'confirmed' in facts && !(await this.mayBeTold(facts))) return undefined;
    const letter = await this.letter(kind, facts);
    if (!letter) return undefined;
    // Who wanted a name that somebody else has is not called by it.
    const username = kind !== 'username-taken' && 'username' in facts ? facts.username : '';
    return { to: facts.email, username, locale: facts.locale || undefined, timeZone: undefined, letter };
  }

  /** An address that nobody has confirmed may be a stranger's: what happens in the account must not fill that mailbox. */
  async mayBeTold({
    email,
    confirmed,
  }: {
    readonly email: string;
    readonly confirmed: boolean;
  }): Promise<boolean> {
    return confirmed || (await this.quota.admitNotice(email)).admitted;
  }

  private async letter(kind: ToStranger, facts: MailFacts[ToStranger]): Promise<Letter | undefined> {
    switch (kind) {
      case 'username-taken': {
        const { username } = facts as MailFacts['username-taken'];
        return letters.usernameTaken({ wanted: username, register: this.config.url('/register') });
      }
      case 'account-deleted':
        return letters.accountDeleted();
      case 'email-taken-back':
        return letters.emailTakenBack();
      case 'invitation': {
        const link = await this.invitations.linkAnew((facts as MailFacts['invitation']).invitation);
        return link && letters.invitation({ link: link.url, until: link.expiresAt });
      }
    }
  }
}
