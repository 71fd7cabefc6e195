import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { Passkeys } from '../../src/mfa/passkeys.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { backupCodesOn, Browser, type Page } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { letter } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import { addPasskey } from '../support/passkeys.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';
import {
  SoftwareAuthenticator,
  type AuthenticatorOptions,
  type Deviations,
} from '../support/software-authenticator.js';

const LIST = '/dashboard/second-factor';
const NEW = `${LIST}/passkeys/new`;
const SECURITY_KEY: AuthenticatorOptions = { verifiesUser: false, transports: ['usb'] };

describe('passkeys on the account pages', () => {
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

  /** What the page's script does with the browser: asks the device, and sends what it answers. */
  async function make(
    browser: Browser,
    device: SoftwareAuthenticator,
    values: Record<string, string> = {},
    how: Deviations = {},
  ): Promise<Page> {
    const options = browser.page.html
      .querySelector('form[data-passkey=create]')!
      .getAttribute('data-options')!;
    return browser.press('submit', { credential: device.create(options, how), ...values });
  }

  async function signInBy(device: SoftwareAuthenticator, browser = new Browser(server)): Promise<Browser> {
    await browser.open('/dashboard');
    await browser.usePasskey(device);
    return browser;
  }

  async function signedIn(): Promise<{ person: Person; accountId: string; browser: Browser }> {
    const person = somebody();
    const { id: accountId } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    return { person, accountId, browser };
  }

  /** Signed in with a passkey, and without a password. */
  async function passwordless(options: AuthenticatorOptions = {}) {
    const person = somebody();
    const account = await server.addPerson(person);
    const device = new SoftwareAuthenticator(server.url, options);
    await addPasskey(server, account, device);
    const accounts = server.app.get(Accounts);
    expect(await server.app.get(Passwords).remove((await accounts.find(account.id))!)).toBe(true);
    return { person, accountId: account.id, device, browser: await signInBy(device) };
  }

  const keys = (accountId: string) => server.app.get(Passkeys).list(accountId);
  const caution = 'Set a password first';

  it('are added with a name; the first one brings the backup codes, the next one none; the owner is told', async () => {
    const { person, accountId, browser } = await signedIn();
    const phone = new SoftwareAuthenticator(server.url, { synced: true, counts: false });
    await browser.open(LIST);
    await browser.click('add-passkey');
    await make(browser, phone, { name: 'Phone' });
    expect(browser.page.status).toBe(200);
    expect(backupCodesOn(browser.page)).toHaveLength(10);
    await browser.typeBackupCodeBack();
    expect(browser.page.path).toBe('/dashboard?done=second-factor-on');
    const told = await letter(mailbox, person.email, 'A passkey was added');
    expect(told.text).toContain('Phone');

    const again = await signInBy(phone);
    expect(again.page.path).toBe('/dashboard');
    await again.open(NEW);
    await make(again, new SoftwareAuthenticator(server.url, SECURITY_KEY));
    expect(again.page.path).toBe(`${LIST}?done=passkey-added`);
    expect(again.page.text).toContain('Synced to your other devices Signs in without the password, too');
    expect(again.page.text).toContain('On one device only Only together with the password');
    expect((await keys(accountId)).map(({ name }) => name)).toEqual(['Phone', '']);
  });

  it('are told of under the name that they are stored with', async () => {
    const { person, browser } = await signedIn();
    await browser.open(NEW);
    await make(
      browser,
      new SoftwareAuthenticator(server.url, { aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' }),
    );
    expect((await letter(mailbox, person.email, 'A passkey was added')).text).toContain('1Password');
  });

  it('need a script, and without one the page says so and has no button', async () => {
    const { browser } = await signedIn();
    await browser.open(NEW);
    expect(browser.page.html.querySelector('noscript')!.text).toContain('Passkeys need JavaScript');
    expect(browser.page.html.getElementById('submit')!.hasAttribute('hidden')).toBe(true);
    expect(browser.page.html.querySelector('[data-passkey-unsupported]')).not.toBeNull();
    expect(browser.page.html.querySelector('script[src*="passkeys.js"]')).not.toBeNull();
  });

  it('are not added from another page, twice, or when the device answers nonsense', async () => {
    const { accountId, browser } = await signedIn();
    const device = new SoftwareAuthenticator(server.url);
    await browser.open(NEW);
    await make(browser, device, { name: 'Mine' }, { origin: 'https://elsewhere.example' });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('could not be added');
    expect(browser.page.html.getElementById('name')!.getAttribute('value')).toBe('Mine');
    for (const credential of ['', 'nonsense', '{}', 'x'.repeat(20_000)]) {
      await browser.press('submit', { credential });
      expect(browser.page.status).toBe(422);
    }
    const { path, fields } = browser.form('submit', {
      credential: device.create(
        browser.page.html.querySelector('form[data-passkey]')!.getAttribute('data-options')!,
      ),
    });
    const answers = await Promise.all([1, 2, 3].map(() => browser.once('POST', path, fields)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await keys(accountId)).toHaveLength(1);
  });

  it('of somebody else cannot be taken over: the page says that it belongs to an account', async () => {
    const { device } = await passwordless();
    const { accountId, browser } = await signedIn();
    await browser.open(NEW);
    await make(browser, new SoftwareAuthenticator(server.url), {}, { newCredentialId: device.ids[0]! });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('belongs to an account already');
    expect(await keys(accountId)).toEqual([]);
    expect((await signInBy(device)).page.path).toBe('/dashboard');
  });

  it('of somebody else can be neither renamed nor removed', async () => {
    const { accountId } = await passwordless();
    const { id } = (await keys(accountId))[0]!;
    const { browser } = await signedIn();
    await browser.open('/dashboard/password');
    const _csrf = browser.formToken;
    await browser.post(`${LIST}/passkeys/rename`, { _csrf, id, name: 'mine' });
    expect(browser.page.status).toBe(404);
    await browser.open(`${LIST}/passkeys/remove?id=${id}`);
    expect(browser.page.status).toBe(404);
    await browser.post(`${LIST}/passkeys/remove`, { _csrf, id });
    expect(await keys(accountId)).toMatchObject([{ id, name: '' }]);
  });

  it('take the place of the password, which can be removed then and set again', async () => {
    const { person, browser } = await signedIn();
    await browser.open('/dashboard/password');
    expect(browser.page.html.getElementById('remove-password')).toBeNull();
    const device = new SoftwareAuthenticator(server.url);
    await browser.open(NEW);
    await make(browser, device);
    await browser.typeBackupCodeBack();
    const strong = await signInBy(device);
    await strong.open('/dashboard/password');
    await strong.click('remove-password');
    await strong.press('submit');
    expect(strong.page.path).toBe('/dashboard/password?done=password-removed');
    await letter(mailbox, person.email, 'Your password was removed');

    const other = new Browser(server);
    await other.open('/dashboard');
    await other.enterPassword(person);
    expect(other.page.status).toBe(422);
    await signInBy(device, other);
    expect(other.page.path).toBe('/dashboard');

    expect(strong.page.html.getElementById('current')).toBeNull();
    await strong.press('submit', { password: 'short' });
    expect(strong.page.text).toContain('at least 12 characters');
    await strong.press('submit', { password: 'five patient herons wade' });
    expect(strong.page.path).toBe('/dashboard?done=password-changed');
    await other.open('/dashboard');
    expect(other.page.path).toMatch(/\/password$/);
    await other.enterPassword({ ...person, password: 'five patient herons wade' });
    expect(other.page.path).toMatch(/\/security-key$/);
  });

  it('that do not verify their user are no reason to give the password up', async () => {
    const { person, browser } = await signedIn();
    const key = new SoftwareAuthenticator(server.url, SECURITY_KEY);
    await browser.open(NEW);
    await make(browser, key);
    await browser.typeBackupCodeBack();
    const strong = new Browser(server);
    await strong.open('/dashboard');
    await strong.enterPassword(person);
    await strong.usePasskey(key);
    await strong.open('/dashboard/password');
    expect(strong.page.path).toBe('/dashboard/password');
    expect(strong.page.html.getElementById('remove-password')).toBeNull();
    await strong.open('/dashboard/password/remove');
    expect(strong.page.path).toBe('/dashboard/password');
    await strong.post('/dashboard/password/remove', { _csrf: strong.formToken });
    expect((await server.app.get(Accounts).findByIdentifier(person.email))!.passwordHash).not.toBeNull();
  });

  it('that their device does not keep are found by no sign-in without a name, and so no reason to give the password up', async () => {
    const { person, browser } = await signedIn();
    const key = new SoftwareAuthenticator(server.url, { discoverable: false });
    await browser.open(NEW);
    await make(browser, key);
    await browser.typeBackupCodeBack();
    const strong = new Browser(server);
    await strong.open('/dashboard');
    await strong.enterPassword(person);
    await strong.usePasskey(key);
    await strong.open('/dashboard/password');
    expect(strong.page.path).toBe('/dashboard/password');
    expect(strong.page.html.getElementById('remove-password')).toBeNull();
    await strong.post('/dashboard/password/remove', { _csrf: strong.formToken });
    expect((await server.app.get(Accounts).findByIdentifier(person.email))!.passwordHash).not.toBeNull();
    await strong.open(LIST);
    expect(strong.page.text).toContain('Only together with the password');
  });

  it('that are the only way in can neither be removed nor turned off: set a password first, it says', async () => {
    const { accountId, browser } = await passwordless();
    await browser.open(LIST);
    expect(browser.page.html.getElementById('turn-off')).toBeNull();
    const _csrf = browser.formToken;
    await browser.click('remove-passkey-1');
    expect(browser.page.text).toContain(caution);
    expect(browser.page.html.getElementById('submit')).toBeNull();
    const { id } = (await keys(accountId))[0]!;
    await browser.post(`${LIST}/passkeys/remove`, { _csrf, id });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain(caution);
    await browser.open(`${LIST}/turn-off`);
    expect(browser.page.text).toContain(caution);
    await browser.post(`${LIST}/turn-off`, { _csrf });
    expect(browser.page.status).toBe(422);
    expect(await keys(accountId)).toHaveLength(1);

    await browser.open(`${LIST}/passkeys/remove?id=${id}`);
    await browser.click('set-password');
    await browser.press('submit', { password: 'five patient herons wade' });
    await browser.open(`${LIST}/passkeys/remove?id=${id}`);
    await browser.press('submit');
    expect(await keys(accountId)).toEqual([]);
  });

  it('beside which there is only a security key or a suspect one are the only way in, too; beside a good one they are not', async () => {
    const { accountId, device, browser } = await passwordless();
    await browser.open(NEW);
    await make(browser, new SoftwareAuthenticator(server.url, SECURITY_KEY), { name: 'Key' });
    const copy = new SoftwareAuthenticator(server.url);
    await browser.open(NEW);
    await make(browser, copy, { name: 'Copied' });
    const thief = copy.clone();
    await signInBy(copy);
    await signInBy(thief);
    const [first] = await keys(accountId);
    await browser.open(`${LIST}/passkeys/remove?id=${first!.id}`);
    expect(browser.page.text).toContain(caution);

    await browser.open(NEW);
    await make(browser, new SoftwareAuthenticator(server.url), { name: 'Another' });
    await browser.open(`${LIST}/passkeys/remove?id=${first!.id}`);
    await browser.press('submit');
    expect(browser.page.path).toBe(`${LIST}?done=factor-removed`);
    expect((await keys(accountId)).map(({ name }) => name)).toEqual(['Key', 'Copied', 'Another']);
    expect((await signInBy(device)).page.status).toBe(422);
  });

  it('that an operator removes from an account without a password leave it no way in, which the shell says', async () => {
    const { accountId, person } = await passwordless();
    const commands = server.app.get(AccountCommands);
    const { done, message } = await commands.run('remove-second-factor', [person.email]);
    expect([done, await keys(accountId)]).toEqual([true, []]);
    expect(message).not.toContain('signs in with the password');
    expect(message).toContain('password-link');
  });

  it('of two that are removed at the same moment one is left: an account keeps a way in', async () => {
    const { accountId, browser } = await passwordless();
    await browser.open(NEW);
    await make(browser, new SoftwareAuthenticator(server.url));
    await browser.open(LIST);
    const _csrf = browser.formToken;
    const posts = (await keys(accountId)).map(({ id }) =>
      browser.once('POST', `${LIST}/passkeys/remove`, { _csrf, id }),
    );
    await Promise.all(posts);
    expect(await keys(accountId)).toHaveLength(1);
  });

  it('and the password that are removed at the same moment leave one of both', async () => {
    const { accountId, person, browser } = await signedIn();
    const device = new SoftwareAuthenticator(server.url);
    await browser.open(NEW);
    await make(browser, device);
    await browser.typeBackupCodeBack();
    const strong = await signInBy(device);
    await strong.open('/dashboard/password');
    const _csrf = strong.formToken;
    const { id } = (await keys(accountId))[0]!;
    await Promise.all([
      strong.once('POST', `${LIST}/passkeys/remove`, { _csrf, id }),
      strong.once('POST', '/dashboard/password/remove', { _csrf }),
    ]);
    // One of the two went through, whichever it was.
    const { passwordHash } = (await server.app.get(Accounts).findByIdentifier(person.email))!;
    expect((passwordHash === null ? 0 : 1) + (await keys(accountId)).length).toBe(1);
  });

  it('that were copied are refused, and the owner is told by mail and on the page', async () => {
    const person = somebody();
    const account = await addEnrolled(server, person);
    const device = new SoftwareAuthenticator(server.url);
    await addPasskey(server, account, device);
    const thief = device.clone();
    await signInBy(device);
    expect((await signInBy(thief)).page.status).toBe(422);
    const told = await letter(mailbox, person.email, 'One of your passkeys may have been copied');
    expect(told.links.some((link) => link.includes('/not-me?'))).toBe(true);
    expect((await signInBy(device)).page.status).toBe(422);

    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.open(LIST);
    expect(browser.page.text).toContain('There may be a copy of this passkey in other hands');
    await browser.click('remove-passkey-1');
    await browser.press('submit');
    expect(await keys(account.id)).toEqual([]);
    // Letters come in order: by now a second one would be there.
    await letter(mailbox, person.email, 'A passkey was removed');
    expect(
      mailbox.letters.filter(({ to, subject }) => to === person.email && subject === told.subject),
    ).toHaveLength(1);
  });
});
