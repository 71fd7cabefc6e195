import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../../src/database/sql.js';
import { SessionEndings } from '../../src/oidc/sessions/session-endings.service.js';
import { Browser } from '../support/browser.js';
import { claimsOf } from '../support/client-key.js';
import { DocumentHost } from '../support/document-host.js';
import { somebody } from '../support/enrolled.js';
import { GuardedApplication } from '../support/guarded-application.js';
import { TestServer } from '../support/server.js';

const LISTENING = 'https://agent.example/callback';
const FETCHED = { GATEHOUSE_CLIENT_METADATA_HOSTS: '127.0.0.1', GATEHOUSE_INTERNAL_FETCH: 'on' };

/** OpenID Connect Back-Channel Logout, of an application that is known by a document: its own origin is told. */
describe('an application of a metadata document, when a session ends', () => {
  let host: DocumentHost;
  let elsewhere: DocumentHost;
  let server: TestServer;
  const posts: { path: string; token: string }[] = [];
  let status = 200;
  beforeAll(async () => {
    elsewhere = await DocumentHost.start();
    host = await DocumentHost.start();
    server = await TestServer.start({ env: { ...FETCHED, GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' } });
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
    elsewhere.stop();
  });

  const publish = (path: string, more: object = {}) => {
    const document = { client_id: host.origin + path, client_name: 'Agent Smith', ...more };
    return host.serve(path, { redirect_uris: [LISTENING], token_endpoint_auth_method: 'none', ...document });
  };
  const hear = (at: DocumentHost, path: string) =>
    at.answer(path, (req: IncomingMessage, res: ServerResponse) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        posts.push({ path, token: new URLSearchParams(body).get('logout_token') ?? '' });
        res.writeHead(status).end();
      });
    });

  interface SignedIn {
    readonly accountId: string;
    readonly browser: Browser;
    readonly idTokens: Record<string, unknown>[];
  }

  /** A person lets these in, in one session. */
  async function signInTo(at: TestServer, ...ids: string[]): Promise<SignedIn> {
    posts.length = 0;
    status = 200;
    const person = somebody();
    const { id: accountId } = await at.addPerson(person);
    const browser = new Browser(at);
    await browser.signIn(person);
    const idTokens: Record<string, unknown>[] = [];
    for (const id of ids) {
      // As many documents may be fetched in a minute as there are.
      at.clock.advance(61_000);
      const app = new GuardedApplication(at, id, { redirectUri: LISTENING });
      await browser.open(app.url(app.params({ scope: 'openid' })));
      await browser.press('submit');
      const { body } = await app.redeem(app.codeFrom(browser));
      idTokens.push(claimsOf(body['id_token'] as string));
    }
    return { accountId, browser, idTokens };
  }

  const notices = (at: TestServer, accountId: string) =>
    at.app
      .get(Sql)
      .rows<{ state: string; tries: number; last_error: string | null }>(
        `SELECT state, tries, last_error FROM logout_notice WHERE account_id = ? ORDER BY client_id`,
        accountId,
      );

  async function settled(at: TestServer, accountId: string, isSettled: (state: string) => boolean) {
    for (let waited = 0; waited < 8_000; waited += 50) {
      const rows = await notices(at, accountId);
      if (rows.length > 0 && rows.every(({ state }) => isSettled(state))) return rows;
      await pause(50);
    }
    return notices(at, accountId);
  }
  const done = (state: string) => state !== 'waiting';

  it.each([true, false])('is told, session by session if it says so (%s)', async (bySession) => {
    const path = `/agent-${bySession}`;
    const id = publish(`${path}.json`, {
      backchannel_logout_uri: hear(host, `${path}/logout`),
      backchannel_logout_session_required: bySession,
    });
    const { accountId, browser, idTokens } = await signInTo(server, id);
    expect(idTokens[0]!['sid'] !== undefined).toBe(bySession);
    await browser.open('/dashboard');
    await browser.press('sign-out');
    expect(await settled(server, accountId, done)).toMatchObject([{ state: 'told' }]);
    expect(posts).toHaveLength(1);
    const { payload } = await jwtVerify(
      posts[0]!.token,
      createRemoteJWKSet(new URL(`${server.url}/oidc/jwks`)),
      { issuer: server.url, audience: id, typ: 'logout+jwt', currentDate: server.clock.now() },
    );
    expect([payload.sub, payload['sid']]).toEqual([accountId, idTokens[0]!['sid']]);
  });

  it('without an address is not told, and the receipt says so', async () => {
    const { accountId, browser } = await signInTo(server, publish('/deaf.json'));
    await browser.open('/dashboard');
    await browser.press('sign-out');
    expect(await settled(server, accountId, done)).toMatchObject([{ state: 'cannot', tries: 0 }]);
  });

  it('is told of access that was taken back; the page before it promises nothing', async () => {
    const id = publish('/taken.json', { backchannel_logout_uri: hear(host, '/taken/logout') });
    const { accountId, browser } = await signInTo(server, id);
    await browser.open(`/dashboard/applications/revoke?${new URLSearchParams({ client: id }).toString()}`);
    expect(browser.page.text).toContain('if it can be told');
    await server.app.get(SessionEndings).ofClient(accountId, id);
    expect(await settled(server, accountId, done)).toMatchObject([{ state: 'told' }]);
  });

  it.each<[string, (path: string) => Promise<SignedIn>]>([
    [
      'that its document named all along',
      (path) =>
        signInTo(server, publish(path, { backchannel_logout_uri: hear(elsewhere, '/of-another-origin') })),
    ],
    [
      'that its document names by now',
      async (path) => {
        const id = publish(path, { backchannel_logout_uri: hear(host, '/of-its-own') });
        const signedIn = await signInTo(server, id);
        publish(path, { backchannel_logout_uri: hear(elsewhere, '/of-another-origin') });
        server.clock.advance(61_000);
        return signedIn;
      },
    ],
  ])('has nobody told at another origin: %s', async (what, signIn) => {
    const { accountId } = await signIn(`/${what.replaceAll(' ', '-')}.json`);
    await server.app.get(SessionEndings).everything(accountId);
    expect(await settled(server, accountId, done)).toMatchObject([{ state: 'cannot' }]);
    expect(posts).toEqual([]);
    expect(elsewhere.asked).toEqual([]);
  });

  it('is told once it is there again: the application, or its document', async () => {
    const answering = publish('/later.json', { backchannel_logout_uri: hear(host, '/later/logout') });
    const gone = publish('/gone.json', { backchannel_logout_uri: hear(host, '/gone/logout') });
    const { accountId } = await signInTo(server, answering, gone);
    server.clock.advance(61_000);
    host.answer('/gone.json', (_req, res) => res.writeHead(404).end());
    status = 503;
    await server.app.get(SessionEndings).everything(accountId);
    const failedOnce = async () => (await notices(server, accountId)).every(({ tries }) => tries > 0);
    for (let waited = 0; waited < 8_000 && !(await failedOnce()); waited += 50) await pause(50);
    expect(await notices(server, accountId)).toMatchObject([
      { state: 'waiting', last_error: 'client_id metadata document fetch failed' },
      { state: 'waiting', last_error: 'it answered 503' },
    ]);
    status = 200;
    publish('/gone.json', { backchannel_logout_uri: hear(host, '/gone/logout') });
    server.clock.advance(10 * 60_000);
    expect(await settled(server, accountId, done)).toMatchObject([{ state: 'told' }, { state: 'told' }]);
  });

  it('makes this server fetch no more documents than anybody can, and none is forgotten', async () => {
    const ids = Array.from({ length: 12 }, (_, n) =>
      publish(`/many-${n}.json`, { backchannel_logout_uri: hear(host, `/many-${n}/logout`) }),
    );
    const { accountId } = await signInTo(server, ...ids);
    server.clock.advance(61_000);
    const before = host.asked.length;
    await server.app.get(SessionEndings).everything(accountId);
    await pause(1_500);
    const fetched = () => host.asked.slice(before).filter((path) => path.endsWith('.json'));
    expect(fetched()).toHaveLength(10);
    expect((await notices(server, accountId)).filter(({ state }) => state === 'told')).toHaveLength(10);
    server.clock.advance(61_000);
    expect((await settled(server, accountId, done)).map(({ state }) => state)).toEqual(ids.map(() => 'told'));
    expect(posts).toHaveLength(12);
  });
});

describe('an application of a metadata document on an internal address', () => {
  it('is not told where the operator allows that for reading alone', async () => {
    const host = await DocumentHost.start();
    const server = await TestServer.start({ env: FETCHED });
    try {
      const id = host.serve('/agent.json', {
        client_id: `${host.origin}/agent.json`,
        client_name: 'Agent Smith',
        redirect_uris: [LISTENING],
        token_endpoint_auth_method: 'none',
        backchannel_logout_uri: `${host.origin}/logout`,
      });
      const person = somebody();
      const { id: accountId } = await server.addPerson(person);
      const browser = new Browser(server);
      await browser.signIn(person);
      const app = new GuardedApplication(server, id, { redirectUri: LISTENING });
      await browser.open(app.url(app.params({ scope: 'openid' })));
      await browser.press('submit');
      await app.redeem(app.codeFrom(browser));
      await server.app.get(SessionEndings).everything(accountId);
      const tried = () =>
        server.app
          .get(Sql)
          .rows<{ last_error: string | null }>(
            'SELECT last_error FROM logout_notice WHERE account_id = ?',
            accountId,
          );
      for (let waited = 0; waited < 8_000 && !(await tried())[0]?.last_error; waited += 50) await pause(50);
      expect((await tried())[0]?.last_error).toMatch(/127\.0\.0\.1 is an internal address/);
      expect(host.asked).not.toContain('/logout');
    } finally {
      await server.stop();
      host.stop();
    }
  });
});
