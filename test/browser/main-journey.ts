import { expect, it } from '@jest/globals';
import { ada } from '../support/people.js';
import type { WindowOptions } from './chromium.js';
import { Phone } from './phone.js';
import type { Stage } from './stage.js';
import { inWindowOf, type Window } from './window.js';

/** The main job as people do it in a browser: with the pointer in journey.test.ts, by keyboard alone in keyboard.test.ts. */
export function mainJourney(stage: Stage, how: WindowOptions): void {
  const inWindow = (journey: (window: Window) => Promise<void>) => inWindowOf(stage, how, journey);
  const phone = new Phone(stage);
  const person = ada();
  let backupCodes: string[];

  it(
    'registers, starting at the front page, and signs in to the account pages',
    inWindow(async (window) => {
      await window.open('/');
      await window.press('register');
      await window.submit({ username: person.username, email: 'not an address', password: 'password1234' });
      expect(await window.alerts).toHaveLength(1);
      expect(await window.value('username')).toBe(person.username);
      await window.submit({ email: person.email, password: person.password });
      expect(window.path).toBe('/register/done');
      await window.press('continue');
      await window.signIn(person);
      expect(window.path).toBe('/dashboard');
      expect(await window.text).toContain(person.email);
    }),
  );

  it(
    'signs in to an application, a wrong password first',
    inWindow(async (window) => {
      const notes = stage.application('notes');
      await window.open(notes.authorizationUrl());
      expect(await window.text).toContain('Notes');
      await window.signIn({ ...person, password: 'not my password' });
      expect(await window.alerts).toEqual([expect.stringContaining('not right')]);
      expect(await window.value('username')).toBe(person.username);
      expect(await window.value('password')).toBe('');
      await window.submit({ password: person.password });
      expect(await window.heading).toBe('Back at the application');
      const { claims } = await notes.tokens();
      expect(claims).toMatchObject({ preferred_username: 'ada', amr: ['pwd'], nonce: notes.nonce });
    }),
  );

  it(
    'enrols an authenticator on the account pages, the QR code read off the screen; the backup codes are shown once',
    inWindow(async (window) => {
      await window.open('/dashboard');
      await window.signIn(person);
      await window.press('set-up');
      const uri = phone.scan(await window.screenshot());
      expect(uri.protocol + uri.host + uri.pathname).toBe('otpauth:totp/Gatehouse:ada');
      expect((await window.page.locator('#secret').innerText()).replaceAll(' ', '')).toBe(
        uri.searchParams.get('secret'),
      );
      await window.submit({ code: phone.wrongCode() });
      expect(await window.alerts).toHaveLength(1);
      expect(phone.scan(await window.screenshot()).href).toBe(uri.href);
      await window.submit({ code: phone.nextCode() });

      backupCodes = await window.backupCodes;
      expect(new Set(backupCodes).size).toBe(10);
      const download = window.page.locator('#download');
      expect(await download.getAttribute('download')).toMatch(/\.txt$/);
      expect(await (await fetch((await download.getAttribute('href'))!)).text()).toBe(
        backupCodes.map((code) => `${code}\n`).join(''),
      );

      await window.page.reload();
      for (const code of backupCodes) expect(await window.page.content()).not.toContain(code);
      await window.open('/dashboard');
      await window.press('finish');
      expect(await window.backupCodes).toEqual([]);
      await window.submit({ code: 'AAAA-BBBB-CCCC-DDDD' });
      expect(await window.alerts).toHaveLength(1);
      await window.submit({ code: backupCodes[0]!.toLowerCase().replaceAll('-', ' ') });
      expect(window.path).toBe('/dashboard');
      expect(await window.page.getByRole('status').first().innerText()).toContain('your second factor is on');
    }),
  );

  it(
    'signs in with a code from the authenticator, a wrong one first',
    inWindow(async (window) => {
      const notes = stage.application('notes');
      await window.open(notes.authorizationUrl());
      await window.signIn(person);
      expect(await window.text).toContain('Notes');
      await window.submit({ code: phone.wrongCode() });
      expect(await window.alerts).toHaveLength(1);
      await window.submit({ code: phone.nextCode() });
      expect((await notes.tokens()).claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
    }),
  );

  it(
    'signs in with a backup code, and out again',
    inWindow(async (window) => {
      const notes = stage.application('notes');
      await window.open(notes.authorizationUrl());
      await window.signIn(person);
      await window.press('use-backup-code');
      await window.submit({ code: backupCodes[1]! });
      expect((await notes.tokens()).claims).toMatchObject({ acr: 'urn:gatehouse:acr:2fa' });

      await window.open('/dashboard');
      await window.press('sign-out');
      expect(window.path).toBe('/signed-out');
      await window.open('/dashboard');
      expect(window.path).toMatch(/\/password$/);
    }),
  );

  it(
    'turns the second factor off, after which the password alone is asked for',
    inWindow(async (window) => {
      await window.open('/dashboard');
      await window.signIn(person);
      await window.submit({ code: phone.nextCode() });
      await window.press('manage');
      await window.press('turn-off');
      await window.press('submit');
      expect(window.path).toBe('/dashboard');
      expect(await window.has('set-up')).toBe(true);
      await window.press('sign-out');

      const notes = stage.application('notes');
      await window.open(notes.authorizationUrl());
      await window.signIn(person);
      expect((await notes.tokens()).claims).toMatchObject({ amr: ['pwd'] });
    }),
  );
}
