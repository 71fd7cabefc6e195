import { expect, it } from '@jest/globals';
import { somebody } from '../support/enrolled.js';
import type { WindowOptions } from './chromium.js';
import { Phone } from './phone.js';
import type { Stage } from './stage.js';
import { inWindowOf, type Window } from './window.js';

/** What applications of different kinds ask of the person on the way to them. */
export function journeysToApplications(stage: Stage, how: WindowOptions): void {
  const inWindow = (journey: (window: Window) => Promise<void>) => inWindowOf(stage, how, journey);

  it(
    'enrols on the way to an application that demands a second factor',
    inWindow(async (window) => {
      const person = somebody();
      await stage.server.addPerson(person);
      const phone = new Phone(stage);
      const bank = stage.application('bank');
      await window.open(bank.authorizationUrl());
      await window.signIn(person);
      expect(await window.text).toContain('Bank');
      phone.scan(await window.screenshot());
      await window.submit({ code: phone.nextCode() });
      expect(await window.backupCodes).toHaveLength(10);
      await window.typeBackupCodeBack();
      expect((await bank.tokens()).claims).toMatchObject({
        acr: 'urn:gatehouse:acr:2fa',
        preferred_username: person.username,
      });
    }),
  );

  it(
    'asks before a third-party application is told anything: refused, then allowed',
    inWindow(async (window) => {
      const person = somebody();
      await stage.server.addPerson(person);
      const calendar = stage.application('calendar');
      await window.open(calendar.authorizationUrl());
      await window.signIn(person);
      expect(await window.text).toContain('Third-party Calendar');
      await window.press('cancel');
      expect(calendar.answer().get('error')).toBe('access_denied');

      await window.open(calendar.authorizationUrl());
      await window.press('submit');
      expect((await calendar.tokens()).claims).toMatchObject({ preferred_username: person.username });
    }),
  );

  it(
    'shows every claim in the built-in test application',
    inWindow(async (window) => {
      const person = somebody();
      await stage.server.addPerson(person);
      await window.open('/');
      await window.press('test-app');
      await window.press('submit');
      await window.signIn(person);
      await window.press('submit');
      expect(window.path).toBe('/test-app/callback');
      const claims = await window.page.getByRole('rowheader').allInnerTexts();
      expect(claims).toEqual(
        expect.arrayContaining(['iss', 'sub', 'acr', 'amr', 'preferred_username', 'email']),
      );
    }),
  );
}
