// The reference: oidc-provider by itself, set up as Gatehouse sets it up where that changes what a request costs.
import { hash, verify } from '@node-rs/argon2';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { bareAdapter } from './bare-store.mjs';
import { API, CLIENT, GRANTS, PASSWORD, redirectUri, SECRET } from './settings.mjs';

const { PORT, DATABASE } = process.env;
const issuer = `http://localhost:${PORT}`;
const jwk = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  alg,
  use: 'sig',
});
const client = (id, rest = {}) => ({
  client_id: id,
  client_secret: SECRET,
  redirect_uris: [redirectUri(id)],
  grant_types: GRANTS,
  response_types: ['code'],
  id_token_signed_response_alg: 'ES256',
  ...rest,
});

const provider = new Provider(issuer, {
  adapter: bareAdapter(DATABASE),
  clients: [
    client(CLIENT.main),
    client(CLIENT.second),
    client(CLIENT.machine, {
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    }),
  ],
  jwks: { keys: [jwk('rsa', { modulusLength: 3072 }, 'RS256'), jwk('ec', { namedCurve: 'P-256' }, 'ES256')] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      preferred_username: id,
      email: `${id}@example.org`,
      email_verified: true,
    }),
  }),
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  responseTypes: ['code'],
  rotateRefreshToken: true,
  // One grant for each session and client, made without asking: a first-party application.
  loadExistingGrant: async (ctx) => {
    const { session, client, requestParamOIDCScopes } = ctx.oidc;
    const known = session.grantIdFor(client.clientId);
    if (known) return provider.Grant.find(known);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope([...requestParamOIDCScopes].join(' '));
    await grant.save();
    return grant;
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['a key of the benchmark'] },
  routes: {
    authorization: '/oidc/auth',
    token: '/oidc/token',
    userinfo: '/oidc/userinfo',
    jwks: '/oidc/jwks',
    introspection: '/oidc/introspection',
  },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => (ctx.oidc.params.grant_type === 'client_credentials' ? API : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'orders:read',
        audience: API,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

const stored = await hash(PASSWORD, { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 });
const answer = provider.callback();

/** The whole of a sign-in: a form's fields, the hash, and the result handed over. Whoever asks for consent gets it. */
async function signIn(req, res) {
  let body = '';
  for await (const chunk of req) body += chunk;
  const { prompt } = await provider.interactionDetails(req, res);
  if (prompt.name === 'consent') return provider.interactionFinished(req, res, { consent: {} });
  const form = new URLSearchParams(body);
  if (!(await verify(stored, form.get('password')))) throw new Error('wrong password');
  const login = { accountId: form.get('username'), acr: '1', amr: ['pwd'] };
  await provider.interactionFinished(req, res, { login });
}

process.once('SIGTERM', () => process.exit(0));

createServer((req, res) => {
  if (req.method !== 'POST' || !req.url.startsWith('/interaction/')) return answer(req, res);
  signIn(req, res).catch((error) => res.writeHead(500).end(error.message));
}).listen(Number(PORT), '127.0.0.1');
