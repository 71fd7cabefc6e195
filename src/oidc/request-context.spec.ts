import { afterEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import Router from 'oidc-provider/lib/helpers/router.js';
import { keepContextsByValue } from './request-context.js';

const METHODS = ['get', 'post', 'put', 'delete', 'options'] as const;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const EVERYTHING = {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256' }] },
  cookies: { keys: ['of a test'] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  features: {
    backchannelLogout: { enabled: true },
    ciba: { enabled: true, deliveryModes: ['poll'] },
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    registration: { enabled: true },
    registrationManagement: { enabled: true },
    revocation: { enabled: true },
  },
} as unknown as Configuration;

describe('the context of a request', () => {
  const routes = METHODS.map((method) => [method, Router.prototype[method]] as const);
  let server: Server | undefined;
  afterEach(() => {
    for (const [method, route] of routes) Router.prototype[method] = route;
    server?.close();
  });

  // What is replaced. A version of the library that does it otherwise must not be taken without a look.
  it('is given by the first step of each of the library’s routes, and by nothing else', () => {
    const first = new Set<string>();
    for (const [method, route] of routes)
      Router.prototype[method] = function note(name, path, giver, ...rest) {
        first.add(giver.name);
        expect(rest.map((step) => step.name)).not.toContain('ensureOIDC');
        return route.call(this, name, path, giver, ...rest);
      };
    new Provider('http://localhost', EVERYTHING);
    expect([...first]).toEqual(['ensureOIDC']);
  });

  it('is a value, and known to whoever was not handed it', async () => {
    keepContextsByValue();
    keepContextsByValue();
    let context: KoaContextWithOIDC | undefined;
    let known: unknown;
    const find = () => {
      known = Provider.ctx;
      return Promise.resolve(undefined);
    };
    const adapter = () => ({ find }) as never;
    const provider = new Provider('http://localhost', { ...EVERYTHING, adapter });
    provider.use(async (ctx, next) => {
      await next();
      context = ctx as KoaContextWithOIDC;
    });
    server = createServer(provider.callback()).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/token/introspection`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'nobody', client_secret: 'nothing', token: 'none' }),
    });
    expect(answer.status).toBe(401);
    expect(Object.getOwnPropertyDescriptor(context, 'oidc')?.value).toBe(context!.oidc);
    expect(context!.oidc.route).toBe('introspection');
    expect(known).toBe(context);
  });
});
