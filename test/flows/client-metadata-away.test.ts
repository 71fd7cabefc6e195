import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { DocumentHost } from '../support/document-host.js';
import { somebody } from '../support/enrolled.js';
import { GuardedApplication, type Answer } from '../support/guarded-application.js';
import { TestServer } from '../support/server.js';

const LISTENING = 'https://agent.example/callback';
const BYE = 'https://agent.example/bye';

/** Its host is being restarted, or it has gone for good. */
describe('an application whose metadata document cannot be had', () => {
  let server: TestServer;
  let host: DocumentHost;
  let browser: Browser;
  let app: GuardedApplication;
  let tokens: Answer['body'];
  beforeAll(async () => {
    host = await DocumentHost.start();
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_METADATA_HOSTS: '127.0.0.1', GATEHOUSE_INTERNAL_FETCH: 'on' },
    });
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });

  const there = () =>
    host.serve('/agent.json', {
      client_id: `${host.origin}/agent.json`,
      client_name: 'Agent Smith',
      redirect_uris: [LISTENING],
      post_logout_redirect_uris: [BYE],
      token_endpoint_auth_method: 'none',
    });
  const away = (status: number) => {
    // What was read is kept for a minute.
    server.clock.advance(61_000);
    host.answer('/agent.json', (_req, res) => res.writeHead(status).end());
  };

  beforeEach(async () => {
    server.clock.advance(61_000);
    const person = somebody();
    await server.addPerson(person);
    browser = new Browser(server);
    await browser.signIn(person);
    app = new GuardedApplication(server, there(), { redirectUri: LISTENING });
    await browser.open(app.url(app.params({ scope: 'openid' })));
    await browser.press('submit');
    tokens = (await app.redeem(app.codeFrom(browser))).body;
  });

  it('has no token that counts at userinfo, and is itself again afterwards', async () => {
    const userinfo = () => app.userinfo(`Bearer ${tokens['access_token'] as string}`);
    away(503);
    const { status, body, headers } = await userinfo();
    expect([status, body['error']]).toEqual([401, 'invalid_token']);
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    there();
    expect((await userinfo()).status).toBe(200);
  });

  it('lets its person sign out all the same: they stay here then', async () => {
    const leave = (to: string) => {
      const params = { id_token_hint: tokens['id_token'] as string, post_logout_redirect_uri: to };
      return browser.open(`/oidc/session/end?${new URLSearchParams(params).toString()}`);
    };
    for (const status of [404, 500]) {
      away(status);
      await leave(BYE);
      expect([status, browser.page.status]).toEqual([status, 200]);
    }
    await browser.press('submit');
    expect(browser.page.path).toMatch(/session\/end\/success$/);
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);
    // Sent back is who comes from an application that says so itself, and from nowhere else.
    there();
    await leave(`${BYE}/elsewhere`);
    expect(browser.page.status).toBe(400);
  });
});
