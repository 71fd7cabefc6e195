import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { HttpModule } from '../http/http.module.js';
import { Delivery } from './delivery.js';
import { LetterTemplates } from './letter-templates.js';
import { MailTest } from './mail-test.js';
import { Outbox } from './outbox.js';
import { MailTransport, NoTransport, SmtpTransport } from './transport.js';
import { WaitingMails } from './waiting-mail.js';

/**
 * Owns what is written to people: the outbox, the letters in every language, and their way to the mail server.
 * It knows no account and makes no link: whoever does tells it, when a letter is about to go out.
 */
@Module({
  imports: [HttpModule],
  providers: [
    Delivery,
    LetterTemplates,
    MailTest,
    Outbox,
    WaitingMails,
    {
      provide: MailTransport,
      useFactory: (config: Config) => (config.smtp ? new SmtpTransport(config) : new NoTransport()),
      inject: [Config],
    },
  ],
  exports: [Delivery, MailTest, Outbox, WaitingMails],
})
export class MailModule {}
