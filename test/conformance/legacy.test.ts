import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { CALLBACK, Suite } from './suite.js';

type Values = Record<string, string>;
const IMPLICIT = ['id_token', 'id_token token'];
const HYBRID = ['code id_token', 'code token', 'code id_token token'];

/** Half of the hash, as RS256 has it (OpenID Connect Core, section 3.3.2.11). */
const half = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/**
 * oidcc-implicit-certification-test-plan, oidcc-hybrid-certification-test-plan and their form_post variants: the modules that
 * differ from the basic plan's.
 */
describe.each(['fragment', 'form_post'])('the modules of the implicit and hybrid plans (%s)', (mode) => {
  let suite: Suite;
  beforeAll(async () => {
    suite = await Suite.start();
    await suite.fillIn();
  });
  afterAll(() => suite.stop());
  beforeEach(() => void suite.freshBrowser());

  const modes: Values = mode === 'form_post' ? { response_mode: mode } : {};
  const params = (response_type: string, extra: Values = {}) =>
    suite.params('legacy-1', { response_type, ...modes, ...extra });
  const answered = async (response_type: string, extra: Values = {}, module = '') => {
    const asked = params(response_type, extra);
    const answer = await suite.authorize(asked, module);
    const token = answer.get('id_token');
    const claims: JWTPayload = token ? await suite.verified(token, 'legacy-1', asked['nonce']) : {};
    return { answer, claims };
  };

  it.each([...IMPLICIT, ...HYBRID])('oidcc-server (%s)', async (type) => {
    const nonce = 'n-0S6_WzA2Mj';
    const { answer, claims } = await answered(type, { nonce });
    const has = (part: string) => type.split(' ').includes(part);
    expect([...answer.keys()].sort()).toEqual(
      [
        ...(has('code') ? ['code'] : []),
        ...(has('id_token') ? ['id_token'] : []),
        ...(has('token') ? ['access_token', 'expires_in', 'scope', 'token_type'] : []),
        // RFC 9207, section 2: an ID token names the issuer itself.
        ...(has('id_token') ? [] : ['iss']),
        'state',
      ].sort(),
    );
    const [code, token] = [answer.get('code'), answer.get('access_token')];
    if (has('id_token')) {
      expect(claims['c_hash']).toBe(code ? half(code) : undefined);
      expect(claims['at_hash']).toBe(token ? half(token) : undefined);
    }
    if (token) expect((await suite.userinfo(token)).status).toBe(200);
    if (!code) return;
    const { status, body } = await suite.redeem('legacy-1', code);
    expect(status).toBe(200);
    const later = await suite.verified(body['id_token'] as string, 'legacy-1', nonce);
    if (has('id_token')) expect([later.iss, later.sub]).toEqual([claims.iss, claims.sub]);
  });

  it.each(['id_token', 'id_token token', 'code id_token', 'code id_token token'])(
    'oidcc-ensure-request-without-nonce-fails (%s)',
    async (type) => {
      const { answer } = await answered(type, { nonce: '' });
      expect(answer.get('error')).toBe('invalid_request');
      expect(answer.get('error_description')).toMatch(/nonce/);
    },
  );

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow (code token)', async () => {
    expect((await answered('code token', { nonce: '' })).answer.get('code')).not.toBeNull();
  });

  it.each([
    ['oidcc-scope-profile', 'profile', 'family_name'],
    ['oidcc-scope-email', 'email', 'email'],
    ['oidcc-scope-address', 'address', 'address'],
    ['oidcc-scope-phone', 'phone', 'phone_number'],
    ['oidcc-scope-all', 'email phone address profile', 'picture'],
  ])('%s', async (_module, scopes, claim) => {
    const scope = `openid ${scopes}`;
    // Alone, an ID token has the claims of the scopes: there is nothing to call userinfo with.
    expect((await answered('id_token', { scope })).claims[claim]).toBeDefined();
    const { answer, claims } = await answered('id_token token', { scope });
    expect(claims[claim]).toBeUndefined();
    expect((await suite.userinfo(answer.get('access_token')!)).body[claim]).toBeDefined();
  });

  it('oidcc-claims-essential', async () => {
    const name = { name: { essential: true } };
    const alone = await answered('id_token', { claims: JSON.stringify({ id_token: name }) });
    expect(alone.claims['name']).toBe('Connie Ormance');
    const { answer, claims } = await answered('id_token token', {
      claims: JSON.stringify({ userinfo: name }),
    });
    expect(claims['name']).toBeUndefined();
    expect((await suite.userinfo(answer.get('access_token')!)).body['name']).toBe('Connie Ormance');
  });

  it('oidcc-prompt-none-not-logged-in', async () => {
    const { answer } = await answered('id_token token', { prompt: 'none' });
    expect(answer.get('error')).toBe('login_required');
  });

  it.each(['oidcc-prompt-none-logged-in', 'oidcc-id-token-hint', 'oidcc-max-age-10000'])(
    '%s',
    async (module) => {
      const first = await answered('id_token', { max_age: '15000' });
      suite.server.clock.advance(2000);
      const again: Record<string, Values> = {
        'oidcc-prompt-none-logged-in': { prompt: 'none' },
        'oidcc-id-token-hint': { prompt: 'none', id_token_hint: first.answer.get('id_token')! },
        'oidcc-max-age-10000': { max_age: '10000' },
      };
      const second = await answered('id_token', again[module]);
      expect(suite.browser.done).toEqual(['Back at the application']);
      expect([second.claims.sub, second.claims['auth_time']]).toEqual([
        first.claims.sub,
        first.claims['auth_time'],
      ]);
    },
  );

  it.each(['oidcc-prompt-login', 'oidcc-max-age-1'])('%s', async (module) => {
    const first = await answered('id_token');
    suite.server.clock.advance(2000);
    const again: Values = module === 'oidcc-max-age-1' ? { max_age: '1' } : { prompt: 'login' };
    const second = await answered('id_token', again, module);
    expect(suite.browser.seen).toHaveLength(1);
    expect(second.claims['auth_time']).toBeGreaterThan(first.claims['auth_time'] as number);
  });

  it('oidcc-ensure-registered-redirect-uri', async () => {
    const module = 'oidcc-ensure-registered-redirect-uri';
    const url = suite.url(params('code id_token', { redirect_uri: `${CALLBACK}/foo` }));
    expect(await suite.browser.go(url, suite.ways(module))).toBeUndefined();
    expect(suite.browser.seen).toHaveLength(1);
  });

  it('oidcc-response-type-missing', async () => {
    expect((await suite.authorize(params(''))).get('error')).toBe('invalid_request');
  });

  it.each(['oidcc-codereuse', 'oidcc-codereuse-30seconds'])('%s', async (module) => {
    const { answer } = await answered('code id_token token');
    const code = answer.get('code')!;
    const { body } = await suite.redeem('legacy-1', code);
    if (module !== 'oidcc-codereuse') suite.server.clock.advance(30_000);
    expect((await suite.redeem('legacy-1', code)).body['error']).toBe('invalid_grant');
    expect((await suite.userinfo(body['access_token'] as string)).status).toBe(401);
  });

  it('oidcc-refresh-token', async () => {
    const { answer } = await answered('code id_token', { scope: 'openid offline_access', prompt: 'consent' });
    const { body } = await suite.redeem('legacy-1', answer.get('code')!);
    const fields = { grant_type: 'refresh_token', refresh_token: body['refresh_token'] as string };
    expect((await suite.token('legacy-2', fields)).body['error']).toBe('invalid_grant');
    expect((await suite.token('legacy-1', fields)).status).toBe(200);
  });
});
