import { afterEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { Browser, fieldsOn } from '../support/browser.js';
import { CLIENTS, TestServer } from '../support/server.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { operatorOn } from '../support/open-forms.operators.js';

describe('an operator’s first steps', () => {
  let server: TestServer;
  let mailbox: TestMailbox | undefined;
  afterEach(async () => {
    await server.stop();
    await mailbox?.stop();
    mailbox = undefined;
  });

  /** Which steps say that they are done. */
  async function done(browser: Browser): Promise<string[]> {
    await browser.open('/admin');
    return browser.page.html
      .querySelectorAll('.steps > li')
      .filter((item) => item.querySelector('.state')!.classList.contains('good'))
      .map(({ id }) => id.replace('step-', ''));
  }

  it('begin with an address that fits, and nothing else', async () => {
    server = await TestServer.start({ clients: 'clients: []\n' });
    const { browser } = await operatorOn(server, '/admin');
    expect(browser.page.text).toContain(`Your browser and the settings agree: ${server.url}`);
    expect(await done(browser)).toEqual(['address']);
    expect(browser.page.html.querySelectorAll('.steps .primary').map(({ id }) => id)).toEqual(['mail']);
    expect(browser.page.text).toContain('No mail server is set');
    await browser.click('mail');
    expect(browser.page.text).toContain('SMTP_URL=');
  });

  it.each([
    [
      { 'X-Forwarded-Host': 'id.example.org', 'X-Forwarded-Proto': 'https' },
      'You came here by https://id.example.org',
    ],
    [{ 'X-Forwarded-Proto': 'https' }, 'set GATEHOUSE_URL to it and restart'],
    [{ 'X-Forwarded-Host': 'localhost' }, 'only the port differs'],
    [{ 'X-Forwarded-Host': '<b>x</b>' }, 'cannot be told'],
  ])('name an address that does not fit: %j', async (headers, text) => {
    server = await TestServer.start();
    const { browser } = await operatorOn(server, '/admin');
    const { text: page } = await browser.agent.get('/admin').set(headers);
    expect(page).toContain(text);
    expect(page).not.toContain('<b>x');
  });

  it('send a mail and say what the mail server said', async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
    const { browser, person } = await operatorOn(server, '/admin/mail-test');
    mailbox.refuse(550);
    await browser.press('submit');
    expect(browser.page.path).toBe('/admin/mail-test');
    expect(browser.page.text).toMatch(/did not go out: .*550/);
    expect(await done(browser)).not.toContain('mail');
    mailbox.accept();
    await browser.open('/admin/mail-test');
    await browser.press('submit');
    expect(browser.page.text).toContain('The mail server took the letter');
    const tests = mailbox.letters.filter(({ subject }) => subject === 'The mail works');
    expect(tests).toMatchObject([{ to: person.email }]);
    expect(await done(browser)).toContain('mail');
    await mailbox.stop();
    await browser.open('/admin/mail-test');
    await browser.press('submit');
    expect(browser.page.text).toMatch(/did not go out: .*ECONNREFUSED/);
  });

  it('lead to a well-known application, made at once, with what to paste there', async () => {
    server = await TestServer.start();
    const { browser } = await operatorOn(server, '/admin');
    await browser.click('client');
    await browser.press('submit', { application: 'grafana', address: 'https://grafana.example.org/' });
    await browser.press('submit', fieldsOn(browser));
    const secret = browser.page.html.getElementById('secret')!.text;
    expect(browser.page.text).toContain(`client_secret = ${secret}`);
    expect(browser.page.text).toContain(`auth_url = ${server.url}/oidc/auth`);
    expect(await done(browser)).toContain('client');
  });

  it('show who keeps a clients file what to paste for an application, here and there', async () => {
    server = await TestServer.start({ clients: 'clients: []\n' });
    const { browser } = await operatorOn(server, '/admin');
    await browser.click('client');
    await browser.click('for-file');
    await browser.press('submit', { application: 'grafana', address: 'https://grafana.example.org/' });
    const pasted = browser.page.html.getElementById('entry')!.text;
    const [, secret] = /client_secret: (\S+)/.exec(pasted)!;
    expect(pasted).toContain('https://grafana.example.org/login/generic_oauth');
    expect(browser.page.text).toContain(`client_secret = ${secret}`);
    expect(browser.page.text).toContain(`auth_url = ${server.url}/oidc/auth`);
    expect(browser.page.text).toContain(`${server.dataDir}/clients.yaml`);
    writeFileSync(join(server.dataDir, 'clients.yaml'), pasted);
    const { done: isApplied, message } = await server.app.get(ClientCommands).run('clients apply');
    expect([isApplied, message]).toEqual([true, expect.stringContaining('+ clients "grafana"')]);
    expect(await done(browser)).toContain('client');
  });

  it('see that somebody signed in to the test application, and that there are other people', async () => {
    server = await TestServer.start({ clients: CLIENTS });
    const { browser } = await operatorOn(server, '/admin');
    await browser.click('test');
    await browser.press('submit');
    await browser.press('submit');
    expect(browser.page.path).toMatch(/^\/test-app/);
    expect(await done(browser)).toEqual(['address', 'client', 'test']);
    await server.addPerson(somebody());
    expect(await done(browser)).toContain('people');
  });

  it('invite one person where registration is closed', async () => {
    server = await TestServer.start({ env: { GATEHOUSE_REGISTRATION: 'off' } });
    const { browser } = await operatorOn(server, '/admin/users/invite');
    await browser.press('submit');
    const link = browser.page.html.getElementById('link')!.text;
    expect(browser.page.html.getElementById('mail')!.getAttribute('href')).toContain(
      encodeURIComponent(link),
    );

    const person = somebody();
    const guest = new Browser(server);
    await guest.open(link);
    await guest.press('submit');
    const { username, email, password } = person;
    await guest.press('submit', { username, email, password });
    await guest.click('continue');
    await guest.enterPassword(person);
    expect(guest.page.path).toBe('/dashboard');
    expect((await guest.open(link)).status).toBe(410);
    expect(await done(browser)).toContain('people');
  });

  it('show the registration’s address where it is open, and invite all the same', async () => {
    server = await TestServer.start();
    const { browser } = await operatorOn(server, '/admin/users/invite');
    expect(browser.page.text).toContain(`${server.url}/register`);
    await browser.press('submit');
    expect(browser.page.html.getElementById('link')!.text).toContain('/invitation?token=');
  });
});
