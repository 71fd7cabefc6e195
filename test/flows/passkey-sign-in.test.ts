import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { letter } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import { addPasskey, authenticatorOf } from '../support/passkeys.js';
import { TestServer } from '../support/server.js';
import { SoftwareAuthenticator, type AuthenticatorOptions } from '../support/software-authenticator.js';

const TWO_FACTORS = 'urn:gatehouse:acr:2fa';
const PHONE: AuthenticatorOptions = { synced: true, counts: false };
const OLD_KEY: AuthenticatorOptions = { verifiesUser: false, transports: ['usb'] };

describe('signing in with a passkey', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  async function withPasskey(options: AuthenticatorOptions = PHONE) {
    const person = somebody();
    const account = await server.addPerson(person);
    return { person, account, authenticator: await authenticatorOf(server, account, options) };
  }

  async function begin(clientId: 'notes' | 'bank' | 'photos', extra = {}, browser = new Browser(server)) {
    const application = new Application(server, clientId);
    await browser.open(application.authorizationUrl(extra));
    const claims = async () => (await application.redeem(application.codeFrom(browser))).claims;
    return { browser, claims };
  }

  it('needs no name and no password, and is two factors', async () => {
    const { account, authenticator } = await withPasskey();
    const { browser, claims } = await begin('notes');
    await browser.usePasskey(authenticator);
    expect(await claims()).toMatchObject({ sub: account.id, acr: TWO_FACTORS, amr: ['pop', 'mfa'] });
  });

  it('is enough where an application demands two factors, and its session is, too', async () => {
    const { authenticator } = await withPasskey();
    const { browser, claims } = await begin('bank');
    await browser.usePasskey(authenticator);
    expect(await claims()).toMatchObject({ acr: TWO_FACTORS, amr: ['pop', 'mfa'] });
    const again = await begin('bank', {}, browser);
    expect(await again.claims()).toMatchObject({ acr: TWO_FACTORS, amr: ['pop', 'mfa'] });
  });

  it('works for somebody who has no password any more', async () => {
    const { person, account, authenticator } = await withPasskey();
    await server.app.get(Passwords).remove((await server.app.get(Accounts).find(account.id))!);
    const { browser, claims } = await begin('notes');
    await browser.enterPassword(person);
    expect(browser.page.status).toBe(422);
    await browser.usePasskey(authenticator);
    expect(await claims()).toMatchObject({ sub: account.id });
  });

  it('is the second factor after a password, and its page leads to the others', async () => {
    const { person, authenticator } = await withPasskey();
    const { browser, claims } = await begin('notes');
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/security-key$/);
    expect(browser.page.html.getElementById('use-totp')).toBeNull();
    await browser.usePasskey(authenticator);
    expect(await claims()).toMatchObject({ acr: TWO_FACTORS, amr: ['pwd', 'pop', 'mfa'] });
  });

  it('is one way of several for who has an authenticator app, too', async () => {
    const person = somebody();
    const account = await addEnrolled(server, person);
    const authenticator = await authenticatorOf(server, account, OLD_KEY);
    const { browser, claims } = await begin('bank');
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.click('use-security-key');
    await browser.click('use-backup-code');
    await browser.click('use-totp');
    await browser.click('use-security-key');
    await browser.usePasskey(authenticator);
    expect(await claims()).toMatchObject({ acr: TWO_FACTORS, amr: ['pwd', 'pop', 'mfa'] });
  });

  it('with a key that is only touched is no way in by itself, but a second factor', async () => {
    const { person, authenticator } = await withPasskey(OLD_KEY);
    const { browser, claims } = await begin('notes');
    await browser.usePasskey(authenticator);
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('That passkey was not accepted');
    await browser.enterPassword(person);
    await browser.usePasskey(authenticator);
    expect(await claims()).toMatchObject({ acr: TWO_FACTORS, amr: ['pwd', 'pop', 'mfa'] });
  });

  it("with somebody else's after a password is refused", async () => {
    const [one, other] = [await withPasskey(), await withPasskey()];
    const { browser } = await begin('notes');
    await browser.enterPassword(one.person);
    await browser.usePasskey(other.authenticator, {}, { answerWith: other.authenticator.ids[0]! });
    expect(browser.page.status).toBe(422);
    expect(browser.page.path).toMatch(/\/security-key$/);
  });

  it('with one that has a copy is refused from then on, and its owner is told', async () => {
    const { person, account, authenticator } = await withPasskey({ counts: true });
    const copy = authenticator.clone();
    for (const expected of [303, 303]) {
      const { browser } = await begin('notes');
      await browser.usePasskey(authenticator);
      expect(browser.sentTo ? 303 : browser.page.status).toBe(expected);
    }
    const { browser } = await begin('notes');
    await browser.usePasskey(copy);
    expect(browser.page.status).toBe(422);
    const told = await letter(mailbox, person.email, 'One of your passkeys may have been copied');
    expect(told.text).toContain('not accepted any more');

    // The original neither, and the password alone is not enough now: a copy that was noticed makes nothing weaker.
    await browser.usePasskey(authenticator);
    expect(browser.page.status).toBe(422);
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/recovery$/);
    expect((await server.app.get(Accounts).find(account.id))!.disabledAt ?? null).toBeNull();
    const all = mailbox.letters.filter(({ to, subject }) => to === person.email && subject === told.subject);
    expect(all).toHaveLength(1);
  });

  it('does not let anybody in whose account is disabled', async () => {
    const { account, authenticator } = await withPasskey();
    await server.app.get(Accounts).disable(account.id);
    const { browser } = await begin('notes');
    await browser.usePasskey(authenticator);
    expect(browser.sentTo?.searchParams.get('error')).toBe('access_denied');
  });

  it('is offered beside the password, which stays what Enter sends', async () => {
    const { browser } = await begin('notes');
    const forms = browser.page.html.querySelectorAll('main form');
    expect(forms[0]!.querySelector('#password')).not.toBeNull();
    expect(forms[0]!.hasAttribute('data-passkey')).toBe(false);
    expect(browser.page.html.getElementById('username')!.getAttribute('autocomplete')).toBe(
      'username webauthn',
    );
    // Without a script the button would do nothing: it is the script that shows it.
    expect(browser.page.html.getElementById('passkey')!.hasAttribute('hidden')).toBe(true);
  });

  it('after which this browser may be remembered', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    const authenticator = new SoftwareAuthenticator(server.url, PHONE);
    await addPasskey(server, account, authenticator);
    const { browser } = await begin('notes');
    await browser.enterPassword(person);
    await browser.usePasskey(authenticator, { remember: 'yes' });
    server.clock.advance(25 * 3_600_000);
    const { claims } = await begin('notes', {}, browser);
    await browser.enterPassword(person);
    expect(await claims()).toMatchObject({ acr: 'urn:gatehouse:acr:1fa', amr: ['pwd'] });
  });
});
