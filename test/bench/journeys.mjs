import { createHash, randomBytes } from 'node:crypto';
import { request } from './connection.mjs';
import { nextCode } from './gatehouse.mjs';
import { basic, CLIENT, PASSWORD, redirectUri, secondBasic } from './settings.mjs';

const VERIFIER = randomBytes(32).toString('base64url');
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

function authorizationPath(clientId, scope) {
  const params = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri(clientId),
    response_type: 'code',
    scope,
    state: 'some-state',
    nonce: 'some-nonce',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...(scope.includes('offline_access') ? { prompt: 'consent' } : {}),
  });
  return `/oidc/auth?${params.toString()}`;
}

/** @throws when the answer is not the one that was to be measured */
export function expectStatus(answer, status) {
  if (answer.status !== status)
    throw new Error(`${answer.head.split('\r\n')[0]}: ${answer.body.slice(0, 400)}`);
  return answer;
}

async function redeem(connection, window, clientId) {
  const code = window.sentTo?.searchParams.get('code');
  if (!code) throw new Error(`no code: ${window.sentTo?.href ?? window.path}`);
  window.sentTo = undefined;
  const authorization = clientId === CLIENT.main ? basic : secondBasic;
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri(clientId),
    code_verifier: VERIFIER,
  };
  const headers = { Authorization: authorization };
  const answer = await connection.send(request('POST', '/oidc/token', window.host, headers, form));
  return expectStatus(answer, 200).json;
}

const tokenOf = (page) => /name="_csrf" value="([^"]+)"/.exec(page.body)[1];

/** A whole sign-in with password and TOTP over the pages, to the tokens. */
export async function signIn(connection, window, person, scope = 'openid profile email') {
  window.forget(/session/);
  const first = expectStatus(await window.open(connection, authorizationPath(CLIENT.main, scope)), 200);
  const password = { _csrf: tokenOf(first), username: person.username, password: PASSWORD };
  const second = expectStatus(await window.open(connection, window.path, password), 200);
  const code = nextCode(person);
  if (code === undefined) throw new Error(`${person.username} has no code left`);
  await window.open(connection, window.path, { _csrf: tokenOf(second), code });
  return redeem(connection, window, CLIENT.main);
}

/** The reference's sign-in: the same hash, no page, no second factor. */
export async function signInBare(connection, window, person, scope = 'openid profile email') {
  window.forget(/session/);
  const first = await window.once(connection, authorizationPath(CLIENT.main, scope));
  const form = { username: person.username, password: PASSWORD };
  let page = await window.open(connection, first.location, form);
  // Its consent prompt is answered with what the grant holds already.
  for (let prompts = 0; !window.sentTo && prompts < 2; prompts++)
    page = await window.open(connection, window.path, form);
  if (!window.sentTo) throw new Error(`${page.status} ${page.body.slice(0, 200)}`);
  return redeem(connection, window, CLIENT.main);
}

/** A second application, in a browser that is signed in. */
export async function visit(connection, window) {
  await window.open(connection, authorizationPath(CLIENT.second, 'openid profile email'));
  return redeem(connection, window, CLIENT.second);
}
