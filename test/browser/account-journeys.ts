import { expect, it } from '@jest/globals';
import sharp from 'sharp';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import type { WindowOptions } from './chromium.js';
import type { Stage } from './stage.js';
import { inWindowOf, type Window } from './window.js';

/** What people do in their account, and with the links in the mails about it. */
export function accountJourneys(stage: Stage, how: WindowOptions): void {
  const inWindow = (journey: (window: Window) => Promise<void>) => inWindowOf(stage, how, journey);

  async function signedIn(window: Window, person = somebody()): Promise<Person> {
    await stage.server.addPerson(person);
    await window.open('/dashboard');
    await window.signIn(person);
    expect(window.path).toBe('/dashboard');
    return person;
  }

  /** Opens the link to a page out of the letter that has one. */
  async function follow(window: Window, page: string, to: string): Promise<void> {
    const isTo = (link: string) => new URL(link).pathname === page;
    const letter = await stage.mailbox.waitFor((each) => each.to === to && each.links.some(isTo));
    await window.open(letter.links.find(isTo)!);
  }

  it(
    'shows my name and my picture, once they are there',
    inWindow(async (window) => {
      await signedIn(window);
      await window.press('edit-profile');
      await window.submit({ displayName: 'Ada Lovelace' });
      const image = { create: { width: 120, height: 90, channels: 3 as const, background: 'teal' } };
      const buffer = await sharp(image).jpeg().toBuffer();
      await window.page.locator('#picture').setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer });
      await window.press('set-picture');
      await window.open('/dashboard');
      expect(await window.text).toContain('Ada Lovelace');
      expect(await window.page.locator('img.portrait').isVisible()).toBe(true);
    }),
  );

  it(
    'changes an address once the new one is confirmed, and the owner of the old one can undo it',
    inWindow(async (window) => {
      const person = await signedIn(window);
      const email = `new.${person.email}`;
      await window.press('change-email');
      await window.submit({ email });
      expect(await window.text).toContain(person.email);
      await follow(window, '/confirm-email', email);
      expect(await window.text).toContain(email);
      await window.press('submit');
      await window.press('continue');
      expect(await window.text).toContain(email);

      await follow(window, '/undo-email-change', person.email);
      await window.press('submit');
      await follow(window, '/reset-password', person.email);
      await window.submit({ password: 'five patient herons wade' });
      await window.press('continue');
      await window.signIn({ ...person, password: 'five patient herons wade' });
      expect(await window.text).toContain(person.email);
      expect(await window.text).not.toContain(email);
    }),
  );

  it('helps somebody on a phone who has forgotten the password, and signs nobody in', async () => {
    const person = somebody();
    await stage.server.addPerson(person);
    const journey = inWindowOf(stage, { ...how, device: 'phone' }, async (window) => {
      const notes = stage.application('notes');
      await window.open(notes.authorizationUrl());
      await window.press('forgot');
      await window.submit({ username: person.email });
      const answer = await window.text;
      await window.press('again');
      await window.submit({ username: 'nobody at all' });
      expect(await window.text).toBe(answer);

      await follow(window, '/reset-password', person.email);
      await window.submit({ password: 'password1234' });
      expect(await window.alerts).toHaveLength(1);
      await window.submit({ password: 'five patient herons wade' });
      await window.press('continue');
      expect(window.path).toMatch(/\/password$/);
      await window.signIn(person);
      expect(await window.alerts).toHaveLength(1);
      await window.submit({ password: 'five patient herons wade' });
      expect(window.path).toBe('/dashboard');
    });
    await journey();
  });

  it(
    'shows the browsers I am signed in with, ends one of them, and tells of it later',
    inWindow(async (window) => {
      const person = await signedIn(window);
      const other = await stage.chromium.window({ ...how, device: 'phone' });
      await other.open('/dashboard');
      await other.signIn(person);
      expect(other.path).toBe('/dashboard');

      await window.open('/dashboard');
      await window.press('see-sessions');
      expect(await window.page.locator('.entries > li').count()).toBe(2);
      await window.press('end-1');
      expect(await window.page.locator('.entries > li').count()).toBe(1);
      await other.open('/dashboard');
      expect(other.path).toMatch(/\/password$/);
      await other.close();

      await window.open('/dashboard');
      await window.press('see-activity');
      const events = await window.page.locator('.events strong').allInnerTexts();
      expect(events.filter((event) => /[Ss]igned/.test(event))).toEqual([
        'Another browser was signed out',
        'Signed in',
        'Signed in',
      ]);
    }),
  );

  it(
    'ends everything at once, and says which applications know of it',
    inWindow(async (window) => {
      const person = await signedIn(window);
      const notes = stage.application('notes');
      await window.open(notes.authorizationUrl());
      await notes.tokens();
      await window.open('/dashboard');
      await window.press('sign-out-everywhere');
      await window.press('submit');
      expect(window.path).toMatch(/^\/signed-out\//);
      expect(await window.text).toContain('Notes');
      await window.open('/dashboard');
      await window.signIn(person);
      expect(window.path).toBe('/dashboard');
    }),
  );

  it(
    'can be deleted, and kept after all: by the link in the mail, or by signing in',
    inWindow(async (window) => {
      const person = await signedIn(window);
      const wishToLeave = async () => {
        await window.press('delete-account');
        await window.submit({ username: person.username });
        expect(window.path).toBe('/deletion-requested');
      };
      await wishToLeave();
      await follow(window, '/keep-account', person.email);
      await window.press('submit');
      await window.press('continue');
      await window.signIn(person);
      expect(await window.has('keep-account')).toBe(false);

      await wishToLeave();
      await window.press('continue');
      await window.signIn(person);
      await window.press('keep-account');
      expect(await window.has('keep-account')).toBe(false);
      expect(await window.page.getByRole('status').first().innerText()).toContain('stays');
    }),
  );
}
