import { describe, expect, it } from '@jest/globals';
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { Api } from '../../clients/declarations.service.js';
import { mayCallFromBrowser, mayIntrospect, mayRevoke, refuseCarriedKeys } from './endpoint-access.js';

const at = (route: string) => ({ oidc: { route } }) as unknown as KoaContextWithOIDC;
const anywhere = {
  oidc: { route: 'token', provider: { Client: { find: (id: string) => Promise.resolve(client(id)) } } },
} as unknown as KoaContextWithOIDC;
const client = (clientId: string, clientAuthMethod = 'client_secret_basic') =>
  ({ clientId, clientAuthMethod, redirectUris: ['https://app.example/cb'] }) as unknown as Client;
const forOrders = { clientId: 'b', kind: 'AccessToken', aud: 'https://orders.example/' };
const NOW = 1_800_000_000;

describe('who may call which endpoint', () => {
  it.each([
    ['token', 'none', 'https://app.example', true],
    ['token', 'none', 'https://evil.example', false],
    ['token', 'none', 'null', false],
    ['token', 'client_secret_basic', 'https://app.example', false],
    ['userinfo', 'client_secret_basic', 'https://app.example', true],
    ['userinfo', 'client_secret_basic', 'https://evil.example', false],
  ])('%s of a client with %s from a script at %s: %s', (route, method, origin, allowed) => {
    expect(mayCallFromBrowser(at(route), origin, client('app', method))).toBe(allowed);
  });

  it.each([
    ['its own access token', client('a'), { clientId: 'a', kind: 'AccessToken' }, true],
    ['its own refresh token', client('a'), { clientId: 'a', kind: 'RefreshToken' }, true],
    ["another's access token", client('a'), { clientId: 'b', kind: 'AccessToken' }, true],
    ["another's refresh token", client('a'), { clientId: 'b', kind: 'RefreshToken' }, false],
    [
      "another's access token, as a public client",
      client('a', 'none'),
      { clientId: 'b', kind: 'AccessToken' },
      false,
    ],
    ['a token for the API that it is', client('orders-api'), forOrders, true],
    ['a token for another API', client('stock-api'), forOrders, false],
    [
      'a token for an API nobody declared',
      client('a'),
      { ...forOrders, aud: 'https://gone.example/' },
      false,
    ],
    [
      "a machine's token for the API that it is",
      client('orders-api'),
      { ...forOrders, kind: 'ClientCredentials' },
      true,
    ],
  ])('introspection of %s', async (_what, asking, token, allowed) => {
    const api = (identifier: string) =>
      Promise.resolve(identifier === forOrders.aud ? ({ clientId: 'orders-api' } as Api) : undefined);
    expect(
      await mayIntrospect({ api }, { isOpen: () => Promise.resolve(true) })(anywhere, asking, token),
    ).toBe(allowed);
  });

  it('revocation is of its own tokens alone', () => {
    expect(mayRevoke(anywhere, client('a'), { clientId: 'a' })).toBe(true);
    expect(mayRevoke(anywhere, client('a', 'none'), { clientId: 'b' })).toBe(false);
    expect(() => mayRevoke(anywhere, client('a'), { clientId: 'b' })).toThrow('invalid_request');
  });

  it('a client assertion brings no key along and does not live long', () => {
    const claims = { iat: NOW, exp: NOW + 60 };
    expect(() => refuseCarriedKeys(anywhere, claims, { alg: 'ES256', kid: '1' })).not.toThrow();
    expect(() => refuseCarriedKeys(anywhere, { iat: NOW, exp: NOW + 600 }, {})).not.toThrow();
    for (const name of ['jwk', 'jku', 'x5u', 'x5c']) {
      expect(() => refuseCarriedKeys(anywhere, claims, { alg: 'ES256', [name]: 'x' })).toThrow(
        'invalid_client',
      );
    }
    expect(() => refuseCarriedKeys(anywhere, { iat: NOW, exp: NOW + 601 }, {})).toThrow('invalid_client');
  });
});
