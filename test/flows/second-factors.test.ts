import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Authenticators } from '../../src/mfa/authenticators.service.js';
import { BackupCodes } from '../../src/mfa/backup-codes.service.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import type { Authenticator } from '../support/authenticator.js';
import { backupCodesOn, Browser } from '../support/browser.js';
import { addEnrolled, enrol, somebody } from '../support/enrolled.js';
import { letter, linkTo } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const LIST = '/dashboard/second-factor';

describe('several authenticator apps', () => {
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

  /** Signed in with both factors. */
  async function enrolledPerson() {
    const person = somebody();
    const account = await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(LIST);
    return { person, account, browser };
  }

  /** On the list: adds another app. */
  async function add(browser: Browser, name: string): Promise<Authenticator> {
    await browser.click('set-up');
    const app = browser.offeredAuthenticator();
    server.clock.advance(30_000);
    await browser.press('submit', { code: app.code(server.clock.now()), name });
    return app;
  }

  /** Whether a code of this app, or a backup code, lets somebody in who has entered the password. */
  async function letsIn(person: Person, secondFactor: Authenticator | string): Promise<boolean> {
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    server.clock.advance(30_000);
    const code = typeof secondFactor === 'string' ? secondFactor : secondFactor.code(server.clock.now());
    await browser.press('submit', { code });
    return browser.page.path === '/dashboard';
  }

  const names = (browser: Browser) =>
    browser.page.html.querySelectorAll('.factors strong').map(({ text }) => text);

  it('each open the account, and each has a name', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(LIST);
    const phone = await add(browser, 'Phone');
    person.backupCodes = backupCodesOn(browser.page);
    expect(person.backupCodes).toHaveLength(10);
    await browser.typeBackupCodeBack();
    person.authenticator = phone;
    await browser.open(LIST);
    await browser.click('set-up');
    await browser.enterTotp(person);
    await browser.open(LIST);
    const tablet = await add(browser, ' Tablet <b> ');

    expect(browser.page.path).toBe(`${LIST}?done=authenticator-added`);
    expect(names(browser)).toEqual(['Phone', 'Tablet <b>']);
    expect(await letsIn(person, phone)).toBe(true);
    expect(await letsIn(person, tablet)).toBe(true);
    const told = await mailbox.waitFor(({ to, text }) => to === person.email && text.includes('Tablet <b>'));
    expect(told.subject).toBe('An authenticator app was added');
    expect(linkTo('/not-me', told)).toContain(server.url);
  });

  it('are set up when a backup code was typed back, and not by saying that they are saved', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(LIST);
    await add(browser, 'Phone');
    const [code] = backupCodesOn(browser.page);
    expect(browser.page.html.getElementById('saved')).toBeNull();
    const page = '/dashboard/second-factor/backup-codes';
    const confirmed = async () => (await server.app.get(BackupCodes).state(id)).confirmed;
    for (const claim of [{ saved: 'yes' }, { saved: 'yes', code: '' }, { code: 'AAAA-BBBB-CCCC-DDDD' }]) {
      await browser.post(page, { _csrf: browser.formToken, ...claim } as Record<string, string>);
      expect(browser.page.status).toBe(422);
      expect(await confirmed()).toBe(false);
    }
    await browser.press('submit', { code: code!.toLowerCase().replaceAll('-', ' ') });
    expect(browser.page.path).toBe('/dashboard?done=second-factor-on');
    expect(await confirmed()).toBe(true);
  });

  it('bring backup codes along with the first one only: those that are saved stay good', async () => {
    const { person, browser } = await enrolledPerson();
    await add(browser, '');
    expect(backupCodesOn(browser.page)).toEqual([]);
    expect(names(browser)).toEqual(['Authenticator app', 'Authenticator app']);
    expect(await letsIn(person, person.backupCodes![0]!)).toBe(true);
  });

  it('are renamed; a name that cannot be shown is refused, and can be mended', async () => {
    const { browser } = await enrolledPerson();
    await browser.press('rename-authenticator-1', { name: 'x'.repeat(61) });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('at most 60 characters');
    expect(browser.page.html.getElementById('name-authenticator-1')!.getAttribute('value')).toBe(
      'x'.repeat(61),
    );
    for (const name of ['', '  ', 'a\u0000b', 'a\u202Eb']) {
      await browser.press('rename-authenticator-1', { name });
      expect(browser.page.status).toBe(422);
    }
    await browser.press('rename-authenticator-1', { name: 'Old phone' });
    expect(browser.page.path).toBe(`${LIST}?done=factor-renamed`);
    expect(names(browser)).toEqual(['Old phone']);
  });

  it('say when each was used last', async () => {
    const { person, browser } = await enrolledPerson();
    await add(browser, 'Tablet');
    const used = () =>
      browser.page.html
        .querySelectorAll('.factors li > .circumstances')
        .map((each) => each.querySelectorAll('time').at(-1)!.getAttribute('datetime')!);
    const [phone, tablet] = used();
    server.clock.advance(60 * 60_000);
    expect(await letsIn(person, person.authenticator!)).toBe(true);
    await browser.signIn(person).catch(() => undefined);
    await browser.open(LIST);
    expect(Date.parse(used()[0]!)).toBeGreaterThan(Date.parse(phone!));
    expect(used()[1]).toBe(tablet);
  });

  it('are removed one by one: the page asks, the owner is told, the other sessions end, the other app stays', async () => {
    const { person, browser } = await enrolledPerson();
    const tablet = await add(browser, 'Tablet');
    const elsewhere = new Browser(server);
    await elsewhere.signIn(person);
    await browser.open(LIST);
    await browser.click('remove-authenticator-1');
    expect(browser.page.text).not.toContain('It is your last one');
    await browser.press('submit');
    expect(browser.page.path).toBe(`${LIST}?done=factor-removed`);
    expect(names(browser)).toEqual(['Tablet']);

    expect(await letsIn(person, person.authenticator!)).toBe(false);
    expect(await letsIn(person, tablet)).toBe(true);
    expect(await letsIn(person, person.backupCodes![0]!)).toBe(true);
    await letter(mailbox, person.email, 'An authenticator app was removed');
    await elsewhere.open('/dashboard');
    expect(elsewhere.page.path).toMatch(/\/password$/);
  });

  it('with the last one the second factor is off, and the backup codes are gone', async () => {
    const { person, account, browser } = await enrolledPerson();
    await browser.click('remove-authenticator-1');
    expect(browser.page.text).toContain('It is your last one');
    await browser.press('submit');
    expect(browser.page.html.getElementById('new-codes')).toBeNull();
    expect(await server.app.get(SecondFactors).enrolled(account.id)).toMatchObject({
      authenticators: [],
      backupCodes: { left: 0, madeAt: null },
    });
    const other = new Browser(server);
    await other.open('/dashboard');
    await other.enterPassword(person);
    expect(other.page.path).toBe('/dashboard');
  });

  it('of other people are none of mine: they can be neither renamed nor removed, nor looked at', async () => {
    const { account: owner } = await enrolledPerson();
    const authenticators = server.app.get(Authenticators);
    const { id } = (await authenticators.list(owner.id))[0]!;
    const { browser } = await enrolledPerson();
    const { _csrf } = browser.form('rename-authenticator-1').fields as { _csrf: string };
    await browser.post(`${LIST}/authenticators/rename`, { _csrf, id, name: 'mine' });
    expect(browser.page.status).toBe(404);
    await browser.open(`${LIST}/authenticators/remove?id=${id}`);
    expect(browser.page.status).toBe(404);
    await browser.post(`${LIST}/authenticators/remove`, { _csrf, id });
    expect(browser.page.path).toBe(`${LIST}?done=changed-meanwhile`);
    expect(await authenticators.list(owner.id)).toMatchObject([{ id, name: '' }]);
  });

  it('are at most ten, and the page says so', async () => {
    const { person, account, browser } = await enrolledPerson();
    const accounts = server.app.get(Accounts);
    for (let n = 2; n <= 10; n++) await enrol(server, person, (await accounts.find(account.id))!);
    const late = new Browser(server);
    await late.signIn(person);
    await late.open(LIST);
    expect(late.page.html.getElementById('set-up')).toBeNull();
    expect(late.page.text).toContain('You have 10 authenticator apps');
    await late.open(`${LIST}/set-up`);
    expect(late.page.path).toBe(LIST);
    await late.post(`${LIST}/set-up`, { _csrf: late.formToken, code: '123456' });
    expect(await server.app.get(Authenticators).list(account.id)).toHaveLength(10);
    expect(browser.page.status).toBe(200);
  });

  it('of two removals at the same moment one is done, and the other page says that something has changed', async () => {
    const { account, browser } = await enrolledPerson();
    await add(browser, 'Tablet');
    const forms = [];
    for (const n of [1, 2]) {
      await browser.open(LIST);
      await browser.click(`remove-authenticator-${n}`);
      forms.push(browser.form('submit'));
    }
    const answers = await Promise.all(forms.map(({ path, fields }) => browser.once('POST', path, fields)));
    const left = await server.app.get(Authenticators).list(account.id);
    const removed = answers.filter(({ headers }) => headers['location']!.endsWith('factor-removed'));
    expect(left).toHaveLength(2 - removed.length);
    expect(removed.length).toBeGreaterThan(0);
  });

  it('whose clock is wrong are told so when they are set up', async () => {
    const { browser } = await enrolledPerson();
    await browser.click('set-up');
    const app = browser.offeredAuthenticator();
    await browser.press('submit', { code: app.code(server.clock.now(), -7), name: 'Slow one' });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toMatch(/about [34] minutes slow/);
    expect(browser.page.html.getElementById('name')!.getAttribute('value')).toBe('Slow one');
  });
});
