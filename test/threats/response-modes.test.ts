import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { Browser } from '../support/browser.js';
import { GuardedApplication } from '../support/guarded-application.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

const client = (id: string, fields = '') => `
  - client_id: ${id}
    client_name: ${id}
    token_endpoint_auth_method: none
    redirect_uris: [https://${id}.example/callback]
    first_party: true
    ${fields}`;
const LEGACY = `response_types: [code, id_token, id_token token, code id_token, code token, code id_token token]`;

const app = (server: TestServer, id: string) =>
  new GuardedApplication(server, id, { redirectUri: `https://${id}.example/callback` });

/** What the program says of a client at its start. */
const declare = (id: string, fields: string) => {
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-clients-')), 'clients.yaml');
  writeFileSync(file, `clients:${client(id, fields)}`);
  return readClientsFile(file);
};

/** Who chooses how an answer travels chooses who can read it. */
describe('an answer', () => {
  let server: TestServer;
  let browser: Browser;
  const person = bea();

  beforeAll(async () => {
    server = await TestServer.start({
      clients: `clients:${client('plain')}${client('narrow', 'response_modes: [query]')}`,
    });
    await server.addPerson(person);
    browser = new Browser(server);
    await browser.signIn(person);
  });
  afterAll(() => server.stop());

  const ask = (id: string, extra: Record<string, string>) =>
    browser.open(app(server, id).url(app(server, id).params(extra)));

  it.each(['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'])(
    'comes as asked for: %s',
    async (mode) => {
      await ask('plain', { response_mode: mode });
      const answer = mode.startsWith('form_post')
        ? new URLSearchParams(
            browser.page.html
              .querySelectorAll('input')
              .map((input): [string, string] => [input.getAttribute('name')!, input.getAttribute('value')!]),
          )
        : new URLSearchParams(
            mode.startsWith('fragment') ? browser.sentTo!.hash.slice(1) : browser.sentTo!.search,
          );
      if (mode.startsWith('form_post')) {
        expect(browser.page.html.querySelector('form')!.getAttribute('action')).toBe(
          'https://plain.example/callback',
        );
        expect(browser.page.headers['content-security-policy']).toMatch(/form-action 'self' https:(;|$)/);
      }
      if (!mode.includes('jwt')) {
        expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state']);
        return;
      }
      expect([...answer.keys()]).toEqual(['response']);
      const jwks = (await (await fetch(`${server.url}/oidc/jwks`)).json()) as JSONWebKeySet;
      const { payload } = await jwtVerify(answer.get('response')!, createLocalJWKSet(jwks), {
        issuer: server.url,
        audience: 'plain',
        currentDate: server.clock.now(),
      });
      expect(payload).toMatchObject({
        code: expect.any(String) as unknown,
        state: expect.any(String) as unknown,
      });
      expect(payload.exp! - server.clock.now().getTime() / 1000).toBeLessThanOrEqual(600);
    },
  );

  it('does not come in a way the client does not have; that is not even said in this way', async () => {
    for (const response_mode of ['form_post', 'fragment', 'jwt', 'query.jwt', 'web_message', 'nothing']) {
      await ask('narrow', { response_mode });
      expect([response_mode, browser.sentTo?.searchParams.get('error')]).toEqual([
        response_mode,
        expect.stringMatching(/^(invalid_request|unsupported_response_mode)$/),
      ]);
      expect(browser.sentTo!.hash).toBe('');
    }
  });

  it('is never posted to a frame unless the operator has switched that on', async () => {
    for (const response_mode of ['web_message', 'web_message.jwt']) {
      await ask('plain', { response_mode });
      expect(browser.sentTo?.searchParams.get('error')).toBe('unsupported_response_mode');
      expect(browser.page.headers['x-frame-options']).toBe('DENY');
    }
    const modes = (
      (await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()) as Record<
        string,
        string[]
      >
    )['response_modes_supported'];
    expect(modes).toEqual([
      'form_post',
      'fragment',
      'query',
      'jwt',
      'query.jwt',
      'fragment.jwt',
      'form_post.jwt',
    ]);
  });

  it('holds no token: implicit and hybrid flows are switched off', async () => {
    for (const response_type of [
      'token',
      'id_token',
      'id_token token',
      'code id_token',
      'code token',
      'code id_token token',
    ]) {
      await ask('plain', { response_type });
      const answer = new URLSearchParams(browser.sentTo!.hash.slice(1));
      expect([response_type, answer.get('error')]).toEqual([response_type, 'unsupported_response_type']);
      expect([answer.get('code'), answer.get('id_token'), answer.get('access_token')]).toEqual([
        null,
        null,
        null,
      ]);
    }
    expect(() => declare('old', LEGACY)).toThrow(
      /line 7: response_types: "id_token" is a legacy flow; GATEHOUSE_LEGACY_FLOWS=on/,
    );
    for (const mode of ['web_message', 'web_message.jwt'])
      expect(() => declare('old', `response_modes: [${mode}]`)).toThrow(
        `line 7: response_modes: "${mode}" is switched off; GATEHOUSE_WEB_MESSAGE=on`,
      );
  });
});

describe('where the operator has switched on what is old', () => {
  let server: TestServer;
  let browser: Browser;
  const person = bea();

  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_LEGACY_FLOWS: 'on', GATEHOUSE_WEB_MESSAGE: 'on' },
      clients: `clients:${client('old', LEGACY)}${client('plain')}${client('framed', 'response_modes: [query, web_message, web_message.jwt]')}`,
    });
    await server.addPerson(person);
    browser = new Browser(server);
    await browser.signIn(person);
  });
  afterAll(() => server.stop());

  const ask = (id: string, extra: Record<string, string>) =>
    browser.open(app(server, id).url(app(server, id).params(extra)));

  it.each([
    ['id_token', ['id_token']],
    ['id_token token', ['access_token', 'id_token']],
    ['code id_token', ['code', 'id_token']],
    ['code token', ['access_token', 'code']],
    ['code id_token token', ['access_token', 'code', 'id_token']],
  ])('a client that has them gets: %s', async (response_type, expected) => {
    await ask('old', { response_type });
    const answer = new URLSearchParams(browser.sentTo!.hash.slice(1));
    expect([...answer.keys()].filter((name) => /token$|code/.test(name)).sort()).toEqual(expected);
    expect(browser.sentTo!.search).toBe('');

    // Never where it would stand in logs and histories.
    await ask('old', { response_type, response_mode: 'query' });
    const refused = new URLSearchParams(browser.sentTo!.hash.slice(1) || browser.sentTo!.search);
    expect([refused.get('error'), refused.get('id_token'), refused.get('code')]).toEqual([
      'invalid_request',
      null,
      null,
    ]);
  });

  it('another client does not get them', async () => {
    for (const response_type of ['id_token', 'code token']) {
      await ask('plain', { response_type });
      const answer = new URLSearchParams(browser.sentTo!.hash.slice(1));
      expect(answer.get('error')).toBe('invalid_request');
    }
  });

  it('a client that names web_message may frame its answer, and nobody else may', async () => {
    for (const [response_mode, answer] of [
      ['web_message', /"code":"[\w-]+"/],
      ['web_message.jwt', /"response":"[\w-]+\.[\w-]+\.[\w-]+"/],
    ] as const) {
      await ask('framed', { response_mode, prompt: 'none' });
      expect(browser.page.html.toString()).toContain('authorization_response');
      expect(browser.page.html.toString()).toMatch(answer);
      expect(browser.page.headers['content-security-policy']).toMatch(
        /;frame-ancestors https:\/\/framed\.example$/,
      );
      expect(browser.page.headers['x-frame-options']).toBeUndefined();
    }

    await ask('plain', { response_mode: 'web_message', prompt: 'none' });
    expect(browser.sentTo?.searchParams.get('error')).toBe('invalid_request');
    expect(browser.page.headers['x-frame-options']).toBe('DENY');
  });

  it('this is advertised', async () => {
    const discovery = (await (
      await fetch(`${server.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, string[]>;
    expect(discovery['response_types_supported']).toContain('code id_token token');
    expect(discovery['response_modes_supported']).toContain('web_message');
    expect(discovery['grant_types_supported']).toContain('implicit');
  });
});
