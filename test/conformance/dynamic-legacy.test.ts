import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { ClientKey } from '../support/client-key.js';
import { register } from '../support/self-registered.js';
import { CALLBACK, Suite, type Values } from './suite.js';

/** oidcc-dynamic-certification-test-plan with the other response types: the modules that depend on them. */
describe.each(['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'])(
  'the modules of the dynamic plan (%s)',
  (response_type) => {
    let suite: Suite;
    const key = new ClientKey();
    const has = (part: string) => response_type.split(' ').includes(part);
    beforeAll(async () => {
      suite = await Suite.start(
        {},
        {
          clients: 'clients: []',
          env: {
            GATEHOUSE_CLIENT_REGISTRATION: 'open',
            GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '100000',
            GATEHOUSE_CLIENT_REGISTRATION_ALLOWS: 'no-pkce legacy-flows',
          },
        },
      );
    });
    afterAll(() => suite.stop());
    beforeEach(() => void suite.freshBrowser());

    let count = 0;
    /** What the suite registers: the grants and the one response type of the variant. */
    const registered = async (more: object = {}) => {
      const { status, body } = await register(suite.server, {
        client_name: `Suite client ${++count}`,
        redirect_uris: [CALLBACK],
        grant_types: [...(has('code') ? ['authorization_code'] : []), 'implicit'],
        response_types: [response_type],
        token_endpoint_auth_method: 'client_secret_basic',
        jwks: JSON.parse(key.jwks) as object,
        contacts: ['certification@suite.example'],
        ...more,
      });
      expect([status, body['response_types']]).toEqual([201, [response_type]]);
      return { id: String(body['client_id']), secret: String(body['client_secret']) };
    };
    const signedIn = async (client: { id: string; secret: string }, extra: Values = {}) => {
      const asked = suite.params(client.id, { response_type, nonce: 'n', ...extra });
      const at = (await suite.browser.go(suite.url(asked), suite.ways()))!;
      const answer = new URLSearchParams(at.hash.slice(1));
      expect([answer.get('error'), answer.get('state')]).toEqual([null, asked['state']]);
      const redeemed = has('code') ? await redeem(client, answer.get('code')!, asked) : undefined;
      expect(redeemed?.status ?? 200).toBe(200);
      return {
        at,
        idTokens: [answer.get('id_token'), redeemed?.body['id_token'] as string | undefined].filter(Boolean),
        accessToken: answer.get('access_token') ?? (redeemed?.body['access_token'] as string | undefined),
      };
    };
    const redeem = ({ id, secret }: { id: string; secret: string }, code: string, asked: Values) =>
      suite.post(
        '/oidc/token',
        { grant_type: 'authorization_code', code, redirect_uri: asked['redirect_uri']! },
        { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      );

    it('oidcc-server', async () => {
      const client = await registered();
      const { idTokens, accessToken } = await signedIn(client);
      expect(idTokens.length).toBeGreaterThan(0);
      for (const token of idTokens)
        expect(await suite.verified(token!, client.id, 'n')).toMatchObject({ aud: client.id });
      expect(accessToken === undefined).toBe(response_type === 'id_token');
      if (accessToken) expect((await suite.userinfo(accessToken)).status).toBe(200);
    });

    it('oidcc-idtoken-rs256', async () => {
      const { idTokens } = await signedIn(await registered({ id_token_signed_response_alg: 'RS256' }));
      expect(idTokens.map((token) => decodeProtectedHeader(token!).alg)).toEqual(idTokens.map(() => 'RS256'));
    });

    if (response_type !== 'id_token') {
      it('oidcc-userinfo-rs256', async () => {
        const client = await registered({ userinfo_signed_response_alg: 'RS256' });
        const { accessToken } = await signedIn(client);
        const { text } = await suite.userinfo(accessToken!);
        const jwks = (await (await fetch(`${suite.server.url}/oidc/jwks`)).json()) as JSONWebKeySet;
        const { protectedHeader } = await jwtVerify(text, createLocalJWKSet(jwks), { audience: client.id });
        expect(protectedHeader.alg).toBe('RS256');
      });
    }

    it('oidcc-redirect-uri-query-OK', async () => {
      const redirect_uri = `${CALLBACK}?foo=bar`;
      const { at } = await signedIn(await registered({ redirect_uris: [redirect_uri] }), { redirect_uri });
      expect(at.search).toBe('?foo=bar');
    });
  },
);
