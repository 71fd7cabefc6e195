import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { LogoutListener } from '../support/logout-listener.js';
import { ALIAS, SUITE } from './suite-browser.js';
import { Suite, type SignedIn } from './suite.js';
import { twice } from './clients.mjs';

const BACK = `${SUITE}/test/a/${ALIAS}/post_logout_redirect`;
type Values = Record<string, string>;

/** oidcc-rp-initiated-logout-certification-test-plan */
describe('the modules of the RP-initiated logout plan', () => {
  let suite: Suite;
  let before: SignedIn;
  beforeAll(async () => {
    suite = await Suite.start();
  });
  afterAll(() => suite.stop());
  beforeEach(async () => {
    suite.freshBrowser();
    before = await suite.signIn('logout-1');
  });

  const idToken = () => before.tokens['id_token'] as string;
  const signOut = (params: Values, module = '') =>
    suite.browser.go(suite.url(params, '/oidc/session/end'), suite.ways(module));
  const isSignedIn = async () => {
    const answer = await suite.authorize(suite.params('logout-1', { prompt: 'none' }));
    return answer.get('code') !== null;
  };

  it('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
    const response = await fetch(`${suite.server.url}/.well-known/openid-configuration`);
    expect(((await response.json()) as Values)['end_session_endpoint']).toBe(
      `${suite.server.url}/oidc/session/end`,
    );
  });

  it.each([
    ['oidcc-rp-initiated-logout', 'a-state'],
    ['oidcc-rp-initiated-logout-no-state', undefined],
  ])('%s', async (_module, state) => {
    const at = await signOut({
      id_token_hint: idToken(),
      post_logout_redirect_uri: BACK,
      ...(state ? { state } : {}),
    });
    expect(at!.href).toBe(BACK + (state ? `?state=${state}` : ''));
    expect(await isSignedIn()).toBe(false);
  });

  it.each<[string, () => Values | Promise<Values>]>([
    [
      'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
      () => ({ id_token_hint: idToken(), post_logout_redirect_uri: `${BACK}/foo` }),
    ],
    [
      'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
      () => ({ id_token_hint: idToken(), post_logout_redirect_uri: `${BACK}?foo=bar` }),
    ],
    [
      'oidcc-rp-initiated-logout-modified-id-token-hint',
      () => ({
        id_token_hint: new UnsecuredJWT(before.claims).encode(),
        post_logout_redirect_uri: BACK,
      }),
    ],
    [
      'oidcc-rp-initiated-logout-bad-id-token-hint',
      async () => ({ id_token_hint: await signedElsewhere(before.claims), post_logout_redirect_uri: BACK }),
    ],
  ])('%s', async (module, params) => {
    expect(await signOut({ ...(await params()), state: 'a-state' }, module)).toBeUndefined();
    expect(suite.browser.browser.page.status).toBe(400);
    expect(suite.browser.seen.at(-1)!.text).toMatch(/error: invalid_request\s+description: \S+/);
    expect(await isSignedIn()).toBe(true);
  });

  it('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
    const module = 'oidcc-rp-initiated-logout-no-id-token-hint';
    // Whose address it is nobody knows: the person is asked, and stays here.
    expect(await signOut({ post_logout_redirect_uri: BACK, state: 'a-state' }, module)).toBeUndefined();
    expect(await isSignedIn()).toBe(true);
    await signOut({ post_logout_redirect_uri: BACK, state: 'a-state' }, module);
    await suite.browser.browser.press('submit');
    expect(suite.browser.browser.sentTo).toBeUndefined();
    expect(suite.browser.browser.page.text).toContain('You are signed out');
  });

  it.each<[string, () => Values]>([
    ['oidcc-rp-initiated-logout-no-params', () => ({})],
    [
      'oidcc-rp-initiated-logout-no-post-logout-redirect-uri',
      () => ({ id_token_hint: idToken(), state: 'a' }),
    ],
    ['oidcc-rp-initiated-logout-only-state', () => ({ state: 'a-state' })],
  ])('%s', async (module, params) => {
    expect(await signOut(params(), module)).toBeUndefined();
    expect(suite.browser.seen.at(-1)!.text).toContain('You are signed out');
    expect(await isSignedIn()).toBe(false);
  });
});

/** oidcc-backchannel-rp-initiated-logout-certification-test-plan */
describe('the modules of the back-channel logout plan', () => {
  let suite: Suite;
  let listener: LogoutListener;
  const [first, second] = twice('backchannel');

  beforeAll(async () => {
    listener = await LogoutListener.at();
    await listener.up();
    suite = await Suite.start({ backchannelLogout: `http://127.0.0.1:${listener.port}/${first}` });
  });
  afterAll(async () => {
    await suite.stop();
    await listener.down();
  });

  it('oidcc-backchannel-logout-discovery-endpoint-verification', async () => {
    const response = await fetch(`${suite.server.url}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      end_session_endpoint: `${suite.server.url}/oidc/session/end`,
    });
  });

  it('oidcc-backchannel-rp-initiated-logout', async () => {
    const { tokens, claims } = await suite.signIn(first);
    const url = suite.url(
      { id_token_hint: tokens['id_token'] as string, post_logout_redirect_uri: BACK, state: 'a' },
      '/oidc/session/end',
    );
    expect((await suite.browser.go(url, suite.ways()))!.href).toBe(`${BACK}?state=a`);
    const [told, ...others] = await listener.told(suite.server, 1);
    expect(others).toEqual([]);
    expect(told!.header).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' });
    expect(told!.claims).toMatchObject({
      sub: claims.sub,
      sid: claims['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(told!.claims['nonce']).toBeUndefined();
    const answer = await suite.authorize(suite.params(second, { prompt: 'none' }));
    expect(answer.get('error')).toBe('login_required');
  });
});

/** As the suite makes it: everything is right but the key. */
function signedElsewhere(claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32));
}
