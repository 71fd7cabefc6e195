import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { PassportApp } from './passport.app.js';
import { Traveller } from './traveller.js';

const SECRET = 'wiki-secret-of-thirty-two-chars!';

describe('an Express application that uses passport-openidconnect', () => {
  let server: TestServer;
  const app = new PassportApp();
  const person = ada();

  beforeAll(async () => {
    await app.listen();
    // The library knows no PKCE and authenticates in the request body.
    const clients = `
clients:
  - client_id: wiki
    client_name: Wiki
    client_secret: ${SECRET}
    token_endpoint_auth_method: client_secret_post
    redirect_uris: ['${app.callback}']
    require_pkce: false`;
    server = await TestServer.start({ clients });
    app.connect({ issuer: server.url, clientId: 'wiki', clientSecret: SECRET });
    await server.addPerson(person);
    await new Traveller(server).signInAndEnrol(person);
  });
  afterAll(async () => {
    await server.stop();
    await app.stop();
  });

  it('signs a person in with TOTP and learns who they are', async () => {
    const browser = await sentToSignIn();
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await consent(browser);
    expectSignedIn(browser);
  });

  it('signs a person in with a backup code', async () => {
    const browser = await sentToSignIn();
    await browser.enterPassword(person);
    await browser.click('use-backup-code');
    await browser.press('submit', { code: person.backupCodes!.pop()! });
    await consent(browser);
    expectSignedIn(browser);
  });

  it('is refused a code that was redeemed before', async () => {
    const browser = await sentToSignIn();
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await consent(browser);
    const code = browser.sentTo!.searchParams.get('code')!;

    // With the thief's own `state`, so that the application itself sees nothing amiss.
    const thief = await sentToSignIn();
    const state = stateAskedFor(thief);
    await thief.open(`${app.callback}?${new URLSearchParams({ code, state }).toString()}`);
    expect(JSON.parse(thief.page.text)).toEqual({ error: 'invalid_grant' });
  });

  it('is told when the person refuses', async () => {
    const browser = await sentToSignIn();
    await browser.press('cancel');
    expect(browser.sentTo!.searchParams.get('error')).toBe('access_denied');
    expect(browser.page.status).toBe(401);
  });

  async function sentToSignIn(): Promise<Traveller> {
    const browser = new Traveller(server, [app.origin]);
    await browser.open(`${app.origin}/sign-in`);
    expect(browser.page.text).toContain('Wiki');
    return browser;
  }

  /** The application is a third party's, so each person is asked, once. */
  async function consent(browser: Traveller): Promise<void> {
    if (browser.page.path.endsWith('/consent')) await browser.press('submit');
  }

  function expectSignedIn(browser: Traveller): void {
    expect(browser.page.path).toBe('/callback');
    expect(JSON.parse(browser.page.text)).toMatchObject({
      iss: server.url,
      userinfo: { username: person.username, emails: [{ value: person.email }] },
      class: 'urn:gatehouse:acr:2fa',
      methods: ['pwd', 'otp', 'mfa'],
    });
  }

  function stateAskedFor(browser: Traveller): string {
    const request = browser.visited.find((path) => path.startsWith('/oidc/auth?'))!;
    return new URL(request, server.url).searchParams.get('state')!;
  }
});
