import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('a link that signs in once', () => {
  let server: TestServer;
  let person: Person;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    person = somebody();
    await server.addPerson(person);
  });

  const run = (command: Parameters<AccountCommands['run']>[0], who = person) =>
    server.app.get(AccountCommands).run(command, [who.username]);
  async function printed(who = person): Promise<string> {
    const { done, message } = await run('sign-in-link', who);
    expect([done, message]).toEqual([true, expect.stringContaining(`for ${who.username} alone, once`)]);
    return message.split('\n').at(-1)!;
  }

  it('says whose account it is, and is used up by the button, not by being opened', async () => {
    const link = await printed();
    const scanner = new Browser(server);
    for (const _ of [1, 2]) await scanner.open(link);
    expect(scanner.page.text).toContain(`Sign in as ${person.username}`);

    const browser = new Browser(server);
    await browser.open(link);
    await browser.press('submit');
    expect(browser.page.path).toBe('/dashboard');
    expect(browser.page.text).toContain(person.username);
    expect((await new Browser(server).open(link)).status).toBe(410);
    // The other browser still shows the page.
    expect((await scanner.press('submit')).status).toBe(410);
    expect(scanner.page.text).not.toContain(`Sign in as ${person.username}`);
  });

  it('signs nobody in as somebody else than the page said', async () => {
    const stranger = somebody();
    await server.addPerson(stranger);
    const [link, strangers] = [await printed(), await printed(stranger)];
    const browser = new Browser(server);
    await browser.open(link);
    const { path, fields } = browser.form('submit');
    // Another site opens another link in the same browser, while the page of the first one is looked at.
    await browser.open(strangers);
    await browser.post(path, fields);
    expect(browser.page.text).toContain(`Sign in as ${stranger.username}`);
    expect((await browser.open('/dashboard')).path).not.toBe('/dashboard');
    expect((await new Browser(server).open(strangers)).status).toBe(200);
    expect((await new Browser(server).open(link)).status).toBe(200);
  });

  it.each(['', '&owner=', '&owner=a&owner=b', '&owner[]=a'])(
    'takes no form that does not say who it is: %j',
    async (owner) => {
      const browser = new Browser(server);
      await browser.open(await printed());
      const { path, fields } = browser.form('submit');
      const { owner: _owner, ...others } = fields;
      await browser.post(path, `${new URLSearchParams(others).toString()}${owner}`);
      expect(browser.page.text).toContain(`Sign in as ${person.username}`);
    },
  );

  it('proves one factor truthfully, and never a second one', async () => {
    const browser = new Browser(server);
    await browser.open(await printed());
    await browser.press('submit');
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    const { claims } = await notes.redeem(notes.codeFrom(browser));
    expect(claims).toMatchObject({ amr: ['otp'], acr: 'urn:gatehouse:acr:1fa' });
    await browser.open(notes.authorizationUrl({ acr_values: 'urn:gatehouse:acr:2fa' }));
    expect(browser.page.path).toMatch(/\/enrol$/);
  });

  it('leads to the second factor of whoever has one, and then counts as two', async () => {
    const enrolled = somebody();
    await addEnrolled(server, enrolled);
    const browser = new Browser(server);
    await browser.open(await printed(enrolled));
    await browser.press('submit');
    expect(browser.page.path).toMatch(/\/totp$/);
    expect((await browser.open('/dashboard')).path).not.toBe('/dashboard');
    const again = new Browser(server);
    await again.open(await printed(enrolled));
    await again.press('submit');
    await again.enterTotp(enrolled);
    expect(again.page.path).toBe('/dashboard');
    const notes = new Application(server, 'notes');
    await again.open(notes.authorizationUrl({ acr_values: 'urn:gatehouse:acr:2fa' }));
    const { claims } = await notes.redeem(notes.codeFrom(again));
    expect(claims).toMatchObject({ amr: ['otp', 'mfa'], acr: 'urn:gatehouse:acr:2fa' });
  });

  it('signs out whoever was signed in in that browser', async () => {
    const other = somebody();
    await server.addPerson(other);
    const browser = new Browser(server);
    await browser.signIn(other);
    await browser.open(await printed());
    expect(browser.page.text).toContain(`Sign in as ${person.username}`);
    await browser.press('submit');
    expect((await browser.open('/dashboard')).text).toContain(person.username);
    expect(browser.page.text).not.toContain(other.username);
  });

  it('lets somebody take the password instead', async () => {
    const browser = new Browser(server);
    await browser.open(await printed());
    await browser.click('other-way');
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard');
  });

  it('ends with a newer one, a new password, a disabled account, and after an hour', async () => {
    const first = await printed();
    const second = await printed();
    expect((await new Browser(server).open(first)).status).toBe(410);
    await run('reset-password');
    expect((await new Browser(server).open(second)).status).toBe(410);
    const third = await printed();
    server.clock.advance(61 * 60_000);
    expect((await new Browser(server).open(third)).status).toBe(410);
    const fourth = await printed();
    await run('disable');
    expect((await new Browser(server).open(fourth)).status).toBe(410);
    expect(await run('sign-in-link')).toMatchObject({ done: false });
  });

  it('lets one of many parallel uses in', async () => {
    const link = await printed();
    const browsers = Array.from({ length: 8 }, () => new Browser(server));
    for (const browser of browsers) await browser.open(link);
    await Promise.all(browsers.map((browser) => browser.press('submit')));
    expect(browsers.filter(({ page }) => page.path === '/dashboard')).toHaveLength(1);
    expect(browsers.filter(({ page }) => page.status === 410)).toHaveLength(7);
  });

  it('is nobody’s who makes one up', async () => {
    for (const token of ['', 'x', 'A'.repeat(43), '%00'])
      expect((await new Browser(server).open(`/sign-in-link?token=${token}`)).status).toBe(410);
    expect((await new Browser(server).open('/sign-in-link?token=a&token=b')).status).toBe(410);
  });
});
