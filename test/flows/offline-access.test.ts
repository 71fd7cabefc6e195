import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { ClientKey } from '../support/client-key.js';
import { somebody } from '../support/enrolled.js';
import { GuardedApplication } from '../support/guarded-application.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const key = new ClientKey();
const client = (id: string, more: string) => `
  - client_id: ${id}
    client_name: ${id}
    token_endpoint_auth_method: private_key_jwt
    jwks: ${key.jwks}
    redirect_uris: [http://localhost:9/${id}/callback]
    ${more}`;
const REFRESHING = 'grant_types: [authorization_code, refresh_token]';
const CLIENTS = `clients:${client('mail', REFRESHING)}${client('ours', `${REFRESHING}\n    first_party: true`)}${client('once', 'grant_types: [authorization_code]')}
`;

type Values = Record<string, string>;
/** @returns the address that the browser is sent to */
type Way = (application: GuardedApplication, params: Values) => Promise<string>;

const signed: Way = (application, params) =>
  key.request(application.clientId, application.server.url, params);
const WAYS: [string, Way][] = [
  ['said in the address', (application, params) => Promise.resolve(application.url(params))],
  [
    'signed (JAR)',
    async (application, params) =>
      application.url({ client_id: application.clientId, request: await signed(application, params) }),
  ],
  ['pushed (PAR)', async (application, params) => application.urlOf(await application.pushed(params))],
  [
    'signed and pushed',
    async (application, params) => {
      const request = { client_id: application.clientId, request: await signed(application, params) };
      return application.urlOf(await application.pushed(request));
    },
  ],
];

describe.each(WAYS)('offline access asked for in a request that is %s', (_how, way) => {
  let server: TestServer;
  let person: Person;
  let browser: Browser;
  let mail: GuardedApplication;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    person = somebody();
    await server.addPerson(person);
    browser = new Browser(server);
    await browser.signIn(person);
    mail = new GuardedApplication(server, 'mail', { key });
  });

  const ask = async (application: GuardedApplication, extra: Values = {}) =>
    browser.open(await way(application, application.params({ scope: 'openid offline_access', ...extra })));
  const redeemed = async (application: GuardedApplication) =>
    (await application.redeem(application.codeFrom(browser))).body;

  it('without a prompt is consented to each time, and gives a refresh token', async () => {
    for (const _time of ['first', 'again']) {
      await ask(mail);
      expect(browser.page.path).toMatch(/\/consent$/);
      await browser.press('submit');
      const { refresh_token: token } = await redeemed(mail);
      expect((await mail.refresh(token as string)).status).toBe(200);
    }
  });

  it('with a prompt of its own is asked as it says', async () => {
    await ask(mail, { prompt: 'consent' });
    await browser.press('submit');
    expect(await redeemed(mail)).toHaveProperty('refresh_token');
    await ask(mail, { prompt: 'none' });
    expect(await redeemed(mail)).not.toHaveProperty('refresh_token');
    await ask(mail, { prompt: 'login' });
    await browser.enterPassword(person);
    expect(await redeemed(mail)).not.toHaveProperty('refresh_token');
  });

  it('is asked of nobody by an application of the house', async () => {
    const ours = new GuardedApplication(server, 'ours', { key });
    await ask(ours);
    expect(await redeemed(ours)).toHaveProperty('refresh_token');
  });

  it('changes nothing for who may not have a refresh token', async () => {
    const once = new GuardedApplication(server, 'once', { key });
    await ask(once);
    await browser.press('submit');
    expect(await redeemed(once)).not.toHaveProperty('refresh_token');
    await ask(once);
    expect(await redeemed(once)).not.toHaveProperty('refresh_token');
  });
});
