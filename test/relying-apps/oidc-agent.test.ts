import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { DEVICE_GRANT } from '../../src/clients/client.fields.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { freePort, TestServer } from '../support/server.js';
import { OidcAgent } from './oidc-agent.app.js';
import { Traveller } from './traveller.js';

const CLIENT = {
  client_id: 'shell',
  client_name: 'Command line',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  // The agent listens elsewhere: any port of a loopback address will do.
  redirect_uris: ['http://localhost:4242'],
  grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT],
};

describe('the command line with oidc-agent', () => {
  let server: TestServer;
  let agent: OidcAgent;
  let redirectUri: string;
  const person = somebody();

  beforeAll(async () => {
    server = await TestServer.start({ clients: stringify({ clients: [CLIENT] }) });
    await addEnrolled(server, person);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    redirectUri = `http://localhost:${await freePort()}`;
    agent = await OidcAgent.start(server.url, CLIENT, redirectUri);
  });
  afterEach(() => agent.stop());

  /** On the sign-in page, whichever way it was come by. */
  async function signIn(browser: Traveller): Promise<void> {
    expect(browser.page.text).toContain('Command line');
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
  }

  async function expectItsTokensWork(): Promise<void> {
    const first = await agent.token();
    const refreshed = await agent.token('openid');
    expect(refreshed).not.toBe(first);
    for (const token of [first, refreshed]) {
      const headers = { Authorization: `Bearer ${token}` };
      const userinfo = await fetch(`${server.url}/oidc/userinfo`, { headers });
      expect([userinfo.status, await userinfo.json()]).toEqual([
        200,
        expect.objectContaining(token === first ? { preferred_username: person.username } : {}),
      ]);
    }
  }

  it('signs in with TOTP in a browser of the same computer, and refreshes', async () => {
    const command = agent.generate('code');
    const browser = new Traveller(server, [redirectUri]);
    await browser.open(await command.hears(/http\S+\/oidc\/auth\?\S+/));
    await signIn(browser);
    expect(browser.page.text).toContain('Success');
    expect(await command.ended()).toContain('Everything setup correctly');
    await expectItsTokensWork();
  });

  it('signs in with TOTP on another device, and refreshes', async () => {
    const command = agent.generate('device');
    const browser = new Traveller(server);
    await browser.open(await command.hears(/http\S+\/device/));
    const code = await command.hears(/\b[A-Z]{4}-[A-Z]{4}\b/);
    await browser.press('submit', { user_code: code });
    await browser.press('submit');
    await signIn(browser);
    expect(browser.page.text).toContain('The device is connected');
    expect(await command.ended()).toContain('Everything setup correctly');
    await expectItsTokensWork();
  });
});
