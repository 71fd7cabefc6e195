import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import * as oidc from 'openid-client';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { OpenIdClientApp } from './openid-client.app.js';
import { Traveller } from './traveller.js';

const SECRET = 'a secret of +/=:&% and 32 letters';
const CALLBACK = 'http://localhost:9/callback';
const HOME = 'http://localhost:9/';

const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = { ...keyPair.publicKey.export({ format: 'jwk' }), kid: 'app', alg: 'ES256', use: 'sig' };

async function privateKey(): Promise<webcrypto.CryptoKey> {
  const der = keyPair.privateKey.export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

const client = (method: string, fields: string) => `
  - client_id: ${method}
    client_name: Application with ${method}
    token_endpoint_auth_method: ${method}
    redirect_uris: [${CALLBACK}]
    post_logout_redirect_uris: ['${HOME}']
    first_party: true
    ${fields}`;

const CLIENTS = `clients:${[
  client('client_secret_basic', `client_secret: '${SECRET}'`),
  client('client_secret_post', `client_secret: '${SECRET}'\n    id_token_signed_response_alg: ES256`),
  client('private_key_jwt', `jwks: ${JSON.stringify({ keys: [publicKey] })}`),
  client('none', ''),
].join('')}`;

const METHODS: [string, () => Promise<oidc.ClientAuth>][] = [
  ['client_secret_basic', async () => oidc.ClientSecretBasic(SECRET)],
  ['client_secret_post', async () => oidc.ClientSecretPost(SECRET)],
  ['private_key_jwt', async () => oidc.PrivateKeyJwt({ key: await privateKey(), kid: 'app' })],
  ['none', async () => oidc.None()],
];

describe.each(METHODS)(
  'an application made with openid-client, authenticating by %s',
  (method, authentication) => {
    let server: TestServer;
    const person = ada();
    const discover = async () => OpenIdClientApp.discover(server, method, CALLBACK, await authentication());

    beforeAll(async () => {
      server = await TestServer.start({ clients: CLIENTS });
      await server.addPerson(person);
      await new Traveller(server).signInAndEnrol(person);
    });
    afterAll(() => server.stop());

    it('finds by discovery that the server supports what it is about to use', async () => {
      const metadata = (await discover()).configuration.serverMetadata();
      expect(metadata.issuer).toBe(server.url);
      expect(metadata.token_endpoint_auth_methods_supported).toContain(method);
      expect(metadata.supportsPKCE()).toBe(true);
      expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
    });

    it('signs a person in with TOTP and learns who they are', async () => {
      const app = await discover();
      const browser = new Traveller(server);
      await app.sendToSignIn(browser);
      await browser.enterPassword(person);
      await browser.enterTotp(person);
      const tokens = await app.receive(browser);
      const claims = tokens.claims()!;
      expect(claims).toMatchObject({
        iss: server.url,
        aud: method,
        acr: 'urn:gatehouse:acr:2fa',
        amr: ['pwd', 'otp', 'mfa'],
      });
      expect(await app.userinfo(tokens.access_token, claims.sub)).toMatchObject({
        sub: claims.sub,
        preferred_username: person.username,
        email: person.email,
      });
    });

    it('signs a person in with a backup code', async () => {
      const app = await discover();
      const browser = new Traveller(server);
      await app.sendToSignIn(browser);
      await browser.enterPassword(person);
      await browser.click('use-backup-code');
      await browser.press('submit', { code: person.backupCodes!.pop()! });
      const claims = (await app.receive(browser)).claims()!;
      expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:2fa', amr: ['pwd', 'otp', 'mfa'] });
    });

    it('is refused a code that was redeemed before, and loses what that code gave', async () => {
      const { app, browser } = await signedIn();
      const tokens = await app.receive(browser);
      await expect(app.receive(browser)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(app.userinfo(tokens.access_token, tokens.claims()!.sub)).rejects.toMatchObject({
        status: 401,
      });
    });

    it('refreshes, and each refresh token works once', async () => {
      const { app, browser } = await signedIn({ scope: 'openid email offline_access' });
      const first = await app.receive(browser);
      const second = await app.refresh(first.refresh_token!);
      expect(second.refresh_token).not.toBe(first.refresh_token);
      expect(second.claims()!.sub).toBe(first.claims()!.sub);
      expect(await app.userinfo(second.access_token, first.claims()!.sub)).toMatchObject({
        email: person.email,
      });

      await expect(app.refresh(first.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
      // Someone else has had the first one: the whole family ends (RFC 9700, section 4.14.2).
      await expect(app.refresh(second.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    });

    it('asks whether a token is good, and revokes it', async () => {
      const { app, browser } = await signedIn({ scope: 'openid offline_access' });
      const tokens = await app.receive(browser);
      const { access_token: accessToken, refresh_token: refreshToken } = tokens;
      if (method !== 'none') expect(await app.isActive(accessToken)).toBe(true);
      await app.revoke(refreshToken!);
      await expect(app.refresh(refreshToken!)).rejects.toMatchObject({ error: 'invalid_grant' });
      await app.revoke(accessToken);
      if (method !== 'none') expect(await app.isActive(accessToken)).toBe(false);
      await expect(app.userinfo(accessToken, tokens.claims()!.sub)).rejects.toMatchObject({ status: 401 });
    });

    it('signs the person out and gets them back', async () => {
      const { app, browser } = await signedIn();
      const tokens = await app.receive(browser);
      const params = { id_token_hint: tokens.id_token!, post_logout_redirect_uri: HOME, state: 'bye' };
      await browser.open(app.signOutUrl(params));
      await browser.press('submit');
      expect(browser.sentTo?.href).toBe(`${HOME}?state=bye`);
      await (await discover()).sendToSignIn(browser);
      expect(browser.page.path).toMatch(/\/password$/);
    });

    async function signedIn(extra: Record<string, string> = {}) {
      const app = await discover();
      const browser = new Traveller(server);
      await app.sendToSignIn(browser, extra);
      await browser.enterPassword(person);
      await browser.enterTotp(person);
      if (!browser.sentTo) await browser.press('submit');
      return { app, browser };
    }
  },
);
