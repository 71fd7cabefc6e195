import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('the main job: register, sign in, enrol, sign in with TOTP, with a backup code, turn off', () => {
  let server: TestServer;
  const person = ada();

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('registers without being signed in by it', async () => {
    const browser = new Browser(server);
    await browser.register(person);
    expect(browser.page.path).toBe('/register/done');
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/^\/interaction\/.+\/password$/);
  });

  it('signs in to an application with the password alone, by user name or e-mail', async () => {
    for (const identifier of [person.username, person.email, ` ${person.email.toUpperCase()} `]) {
      const browser = new Browser(server);
      const notes = new Application(server, 'notes');
      await browser.open(notes.authorizationUrl());
      expect(browser.page.text).toContain('Notes');
      await browser.enterPassword(person, identifier);
      const { claims } = await notes.redeem(notes.codeFrom(browser));
      expect(claims).toMatchObject({
        iss: server.url,
        aud: 'notes',
        nonce: notes.nonce,
        acr: 'urn:gatehouse:acr:1fa',
        amr: ['pwd'],
        preferred_username: 'ada',
        email: 'ada@example.org',
        email_verified: false,
      });
      expect(browser.sentTo!.searchParams.get('iss')).toBe(server.url);
      expect(browser.sentTo!.searchParams.get('state')).toBe(notes.state);
    }
  });

  it('enrols an authenticator on the account pages, which ends with the backup codes confirmed', async () => {
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/second-factor/set-up');
    await browser.setUpAuthenticator(person);
    expect(person.backupCodes).toHaveLength(10);
    await browser.press('submit', { code: '0000-0000-0000-0000' });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', { code: person.backupCodes![0]!.toLowerCase().replaceAll('-', ' ') });
    expect(browser.page.path).toBe('/dashboard?done=second-factor-on');
  });

  it('signs in with TOTP', async () => {
    const browser = new Browser(server);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    const { claims } = await notes.redeem(notes.codeFrom(browser));
    expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:2fa', amr: ['pwd', 'otp', 'mfa'] });
  });

  it('signs in with a backup code, once', async () => {
    const browser = new Browser(server);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.enterPassword(person);
    await browser.click('use-backup-code');
    await browser.press('submit', { code: person.backupCodes![0]!.replaceAll('0', 'o').toLowerCase() });
    const { claims } = await notes.redeem(notes.codeFrom(browser));
    expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:2fa', amr: ['pwd', 'otp', 'mfa'] });

    const other = new Browser(server);
    await other.open(notes.authorizationUrl());
    await other.enterPassword(person);
    await other.click('use-backup-code');
    await other.press('submit', { code: person.backupCodes![0]! });
    expect(other.page.status).toBe(422);
  });

  it('turns the second factor off, after which the password alone is asked for', async () => {
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/second-factor/turn-off');
    await browser.press('submit');
    expect(browser.page.path).toBe('/dashboard?done=second-factor-off');
    delete person.authenticator;

    const notes = new Application(server, 'notes');
    const other = new Browser(server);
    await other.open(notes.authorizationUrl());
    await other.enterPassword(person);
    expect((await notes.redeem(notes.codeFrom(other))).claims['amr']).toEqual(['pwd']);
  });
});
