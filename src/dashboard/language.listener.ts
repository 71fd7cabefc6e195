import { Injectable } from '@nestjs/common';
import { languageChosen } from '../http/locale.controller.js';
import { Events } from '../kernel/events.js';
import { Sessions } from '../oidc/sessions/sessions.service.js';
import { Accounts } from '../users/accounts.service.js';

/** The language that a signed-in person picks is kept with the account: it follows to every browser. */
@Injectable()
export class LanguageListener {
  constructor(events: Events, sessions: Sessions, accounts: Accounts) {
    events.on(languageChosen, async ({ req, res, locale }) => {
      const person = await sessions.current(req, res);
      if (person) await accounts.setLocale(person.account.id, locale);
    });
  }
}
