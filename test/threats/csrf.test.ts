import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { OPEN_FORMS } from '../support/open-forms.js';
import { routesOf } from '../support/routes.js';
import { CLIENTS, TestServer } from '../support/server.js';

type Values = Record<string, string>;

describe('forms that another site submits in the victim’s name', () => {
  let mailbox: TestMailbox;
  let server: TestServer;

  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    // Some forms are there only where mail is sent, or an address has to be confirmed.
    server = await TestServer.start({
      clients: CLIENTS.replace(
        'client_name: Photos',
        'client_name: Photos\n    require_verified_email: true',
      ),
      env: { SMTP_URL: mailbox.url },
    });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  async function signedIn(): Promise<Browser> {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    return browser;
  }

  it('knows every form', () => {
    // The API knows no cookie: api-access.test.ts.
    const posts = routesOf(server).filter(
      ({ method, path }) => !['GET', 'HEAD'].includes(method) && !path.startsWith('/api/v1/'),
    );
    expect(posts.map(({ path }) => path).sort()).toEqual(Object.keys(OPEN_FORMS).sort());
  });

  for (const [name, { accepted, open }] of Object.entries(OPEN_FORMS)) {
    it(`${name}: refused from elsewhere and without its own token, and still there to be used`, async () => {
      const { browser, path, fields, person } = await open(server);
      const { _csrf: token, ...others } = fields as Values & { _csrf: string };
      const attacker = new Browser(server);
      await attacker.open('/register');

      const forged: Record<string, [Values, Values]> = {
        'another origin': [fields, { Origin: 'https://evil.example' }],
        'an opaque origin': [fields, { Origin: 'null' }],
        'another port': [fields, { Origin: 'http://localhost:1' }],
        'another site': [fields, { 'Sec-Fetch-Site': 'cross-site' }],
        'another host of the site': [fields, { 'Sec-Fetch-Site': 'same-site' }],
        'no token': [others, {}],
        'an empty token': [{ ...others, _csrf: '' }, {}],
        'the attacker’s token': [{ ...others, _csrf: attacker.formToken }, {}],
        'the token in the address': [others, { 'X-CSRF-Token': token }],
      };
      for (const [how, [sent, headers]] of Object.entries(forged)) {
        const { status, headers: answered } = await browser.post(path, sent, headers);
        expect([how, status]).toEqual([how, 403]);
        expect([how, answered['set-cookie']]).toEqual([how, undefined]);
        expect(browser.page.text).toMatch(/This came from another site|This form cannot be used any more/);
      }
      await browser.post(`${path}?_csrf=${token}`, others);
      expect(browser.page.status).toBe(403);

      // Had one of them been carried out, a code would be spent, a session over, a step done or a name taken.
      if (name.endsWith('/register'))
        expect(await server.app.get(Accounts).findByIdentifier(person.username)).toBeNull();
      if (name === '/locale')
        expect((await browser.open('/')).html.querySelector('html')!.getAttribute('lang')).toBe('en');
      await browser.post(path, fields);
      expect(browser.sentTo?.href ?? `${browser.page.path} ${browser.page.text}`).toMatch(accepted);
      if (name === '/locale')
        expect(browser.page.html.querySelector('html')!.getAttribute('lang')).toBe('de');
    });
  }

  it('a form is no link: opened with GET nothing happens', async () => {
    const browser = await signedIn();
    for (const path of [
      '/dashboard/sign-out',
      '/dashboard/second-factor/backup-codes/new',
      '/locale?locale=de',
    ])
      expect((await browser.open(path)).status).toBe(404);
    expect((await browser.open('/dashboard')).path).toBe('/dashboard');
  });

  it('the provider’s sign-out asks first, and only its own page can confirm', async () => {
    const browser = await signedIn();
    const attacker = await signedIn();
    await attacker.open('/oidc/session/end');
    const foreign = attacker.form('submit').fields['xsrf']!;

    await browser.open(`/oidc/session/end?client_id=${new Application(server, 'notes').clientId}`);
    const { path, fields } = browser.form('submit');
    for (const xsrf of ['', foreign, 'x'.repeat(48)])
      expect((await browser.post(path, { ...fields, xsrf })).status).toBe(400);
    expect((await browser.open('/dashboard')).path).toBe('/dashboard');

    await browser.open('/oidc/session/end');
    await browser.press('submit');
    expect((await browser.open('/dashboard')).path).toMatch(/\/password$/);
  });
});
