import { Injectable } from '@nestjs/common';
import { SECOND, Clock } from '../kernel/clock.js';
import { randomToken } from '../kernel/secrets.js';
import type { Addressed } from './letter.js';
import { LetterTemplates } from './letter-templates.js';
import { mailTest } from './letters.js';
import { MailTransport } from './transport.js';

/** Somebody looks at a page that waits for it. */
const TRY_FOR = 15 * SECOND;

/** One letter at once and beside the outbox: whoever set the mail server up wants to know now what it says. */
@Injectable()
export class MailTest {
  constructor(
    private readonly templates: LetterTemplates,
    private readonly transport: MailTransport,
    private readonly clock: Clock,
  ) {}

  /** @returns why it did not go out; undefined: the mail server has taken it */
  async send(addressee: Omit<Addressed, 'letter'>): Promise<string | undefined> {
    const letter = this.templates.write({ ...addressee, letter: mailTest() });
    const message = { id: randomToken(16), date: this.clock.now(), ...letter };
    try {
      await this.transport.send(message, AbortSignal.timeout(TRY_FOR));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}
