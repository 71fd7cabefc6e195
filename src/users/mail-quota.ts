import { Injectable } from '@nestjs/common';
import { Throttle, type Admission } from '../attempts/throttle.service.js';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { sha256 } from '../kernel/secrets.js';
import type { Account } from './account.entity.js';
import { mailboxKey } from './identifiers.js';

/**
 * How many mails anybody can have sent to one mailbox: three in a quarter of an hour, whatever they are about and however the
 * address is spelled. What its owner is told of a change is not counted: nobody must be able to use the budget up beforehand.
 */
@Injectable()
export class MailQuota {
  constructor(
    private readonly throttle: Throttle,
    private readonly knownBrowsers: KnownBrowsers,
  ) {}

  /**
   * The same for the owner of an account in a browser of theirs, which a stranger cannot use up. Whose address nobody has
   * confirmed may have one in any number of browsers: that is no reason to write to a stranger more often.
   * @param account null: there is none; it costs the same
   */
  async admitOwner(
    account: Account | null,
    typed: string,
    browserTokens: readonly string[],
  ): Promise<Admission> {
    const own = await this.knownBrowsers.known(browserTokens, account?.id ?? '');
    const mailbox = mailboxKey(account?.email ?? typed);
    const subject = own && account?.emailVerifiedAt ? `${mailbox} from ${sha256(own)}` : mailbox;
    return this.throttle.admit('mail', { subject, isAccount: false, browserTokens: [] });
  }

  /** What one account can have sent to others. */
  admitAccount(accountId: string): Promise<Admission> {
    return this.throttle.admit('mail', { subject: accountId, isAccount: true, browserTokens: [] });
  }

  /** What somebody is told who never confirmed that the address is theirs: a stranger, perhaps. */
  admitNotice(email: string): Promise<Admission> {
    return this.throttle.admit('notice', { subject: mailboxKey(email), isAccount: false, browserTokens: [] });
  }

  /** Takes one mail from the budget. It costs the same whether the address has an account or not. */
  admit(email: string): Promise<Admission> {
    return this.throttle.admit('mail', { subject: mailboxKey(email), isAccount: false, browserTokens: [] });
  }
}
