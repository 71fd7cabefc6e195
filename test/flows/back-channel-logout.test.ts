import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { Sql } from '../../src/database/sql.js';
import { ConnectedApplications } from '../../src/oidc/sessions/connected-applications.service.js';
import { LogoutDelivery } from '../../src/oidc/sessions/logout-delivery.service.js';
import { LogoutNotices } from '../../src/oidc/sessions/logout-notices.service.js';
import { SessionList } from '../../src/oidc/sessions/session-list.service.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { Application, type Tokens } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { database, freshPostgresql } from '../support/database.js';
import { somebody } from '../support/enrolled.js';
import { LogoutListener } from '../support/logout-listener.js';
import { TestServer } from '../support/server.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

describe('applications are told that a session ended', () => {
  let listener: LogoutListener;
  let server: TestServer;
  let second: NestExpressApplication;
  let drop = async () => {};
  const elsewhere = mkdtempSync(join(tmpdir(), 'gatehouse-second-'));
  const env = { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' };

  beforeAll(async () => {
    listener = await LogoutListener.at();
    await listener.up();
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    if (fresh) drop = () => fresh.drop();
    server = await TestServer.start({
      clients: listener.clients,
      env: { ...env, ...(fresh ? { DATABASE_URL: fresh.url } : {}) },
    });
    // Two instances look through one outbox all the while: no test may hear anything twice.
    const config = loadConfig({
      ...env,
      GATEHOUSE_URL: server.url,
      GATEHOUSE_DATA_DIR: elsewhere,
      GATEHOUSE_SECRET: readFileSync(join(server.dataDir, 'secret.key'), 'utf8'),
      GATEHOUSE_LOG_LEVEL: 'error',
      DATABASE_URL: fresh?.url ?? `sqlite:${join(server.dataDir, 'gatehouse.sqlite')}`,
    });
    second = await createApp(config, server.clock);
    await second.init();
  });
  afterAll(async () => {
    await second.close();
    await server.stop();
    await listener.down();
    await drop();
    rmSync(elsewhere, { recursive: true, force: true });
  });
  beforeEach(() => {
    listener.posts.length = 0;
    listener.status = 200;
  });

  interface SignedIn {
    readonly accountId: string;
    readonly browser: Browser;
    readonly notes: Tokens;
    readonly photos: Tokens;
  }

  async function signIn(person = somebody()): Promise<SignedIn> {
    const account =
      (await server.app.get(Accounts).findByIdentifier(person.username)) ?? (await server.addPerson(person));
    const browser = new Browser(server);
    await browser.signIn(person);
    const use = async (id: 'notes' | 'photos' | 'bank') => {
      const application = new Application(server, id);
      await browser.open(application.authorizationUrl());
      return application.redeem(application.codeFrom(browser));
    };
    return { accountId: account.id, browser, notes: await use('notes'), photos: await use('photos') };
  }

  const sids = (tokens: Tokens[]) => tokens.map(({ claims }) => claims['sid']).sort();

  it('which discovery says', async () => {
    const answer = await fetch(`${server.url}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });

  it('when the person signs out: with a genuine token, and once', async () => {
    const { accountId, browser, notes } = await signIn();
    await browser.open('/dashboard');
    await browser.press('sign-out');
    expect(listener.posts.map(({ type }) => type)).not.toContain('application/json');
    const [first, other, ...more] = await listener.told(server, 2);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ client: 'notes', header: { alg: 'RS256' } });
    expect(first!.claims).toMatchObject({
      sub: accountId,
      sid: notes.claims['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(first!.claims.jti).toMatch(/^[\w-]{22}$/);
    expect(first!.claims.exp! - first!.claims.iat!).toBe(120);
    // A logout token must not pass for an ID token (section 2.4).
    expect(first!.claims).not.toHaveProperty('nonce');
    // Photos takes ES256, and does not tell sessions apart.
    expect(other).toMatchObject({ client: 'photos', header: { alg: 'ES256' }, claims: { sub: accountId } });
    expect(other!.claims).not.toHaveProperty('sid');
  });

  it('when another application signs the person out', async () => {
    const { browser, photos, notes } = await signIn();
    await browser.open(`/oidc/session/end?id_token_hint=${photos.id_token}`);
    await browser.press('submit');
    const told = await listener.told(server, 2);
    expect(told.map(({ client }) => client)).toEqual(['notes', 'photos']);
    expect(told[0]!.claims.sid).toBe(notes.claims['sid']);
  });

  it('when the person leaves one application and stays signed in here: that one alone', async () => {
    const { browser, notes, photos } = await signIn();
    await browser.open(`/oidc/session/end?id_token_hint=${notes.id_token}`);
    await browser.press('cancel');
    const told = await listener.told(server, 1);
    expect(told.map(({ client, claims }) => [client, claims.sid])).toEqual([['notes', notes.claims['sid']]]);
    expect((await browser.once('GET', '/dashboard')).status).toBe(200);
    expect((await new Application(server, 'notes').userinfo(notes.access_token!)).status).toBe(401);
    expect((await new Application(server, 'photos').userinfo(photos.access_token!)).status).toBe(200);
  });

  it('when the password is changed, of the sessions elsewhere', async () => {
    const person = somebody();
    const [here, there] = [await signIn(person), await signIn(person)];
    const sessions = await server.app.get(SessionList).of(here.accountId, 'none');
    expect(sessions).toHaveLength(2);
    await there.browser.open('/dashboard/password');
    await there.browser.press('submit', { current: person.password, password: 'five patient herons wade' });
    const told = await listener.told(server, 2);
    expect(told.map(({ client }) => client)).toEqual(['notes', 'photos']);
    expect(told[0]!.claims.sid).toBe(here.notes.claims['sid']);
  });

  it('when an operator disables the account or sets its password, or its owner gives it up: of every session', async () => {
    for (const act of [
      (id: string) => server.app.get(Accounts).disable(id),
      async (id: string) =>
        server.app
          .get(Passwords)
          .change((await server.app.get(Accounts).find(id))!, 'five patient herons wade'),
      (id: string) => server.app.get(AccountDeletion).request(id),
    ]) {
      const person = somebody();
      const both = [await signIn(person), await signIn(person)];
      await act(both[0]!.accountId);
      const told = await listener.told(server, 3);
      // Photos is told of the person once: it does not tell the sessions apart.
      expect(told.map(({ client }) => client)).toEqual(['notes', 'notes', 'photos']);
      expect([told[0]!.claims.sid, told[1]!.claims.sid].sort()).toEqual(sids(both.map(({ notes }) => notes)));
    }
  });

  it('when one session is ended from another, and when an application is taken its access', async () => {
    const person = somebody();
    const [here, there] = [await signIn(person), await signIn(person)];
    const list = server.app.get(SessionList);
    const [one] = (await list.of(here.accountId, 'none')).filter(
      ({ startedAt }, _index, all) => startedAt === Math.max(...all.map((each) => each.startedAt)),
    );
    expect(await list.end(here.accountId, one!.id)).toBeDefined();
    const first = await listener.told(server, 2);
    expect(first.map(({ client }) => client)).toEqual(['notes', 'photos']);

    await server.app.get(ConnectedApplications).revoke(here.accountId, 'notes');
    const [last, ...more] = await listener.told(server, 1);
    expect(more).toEqual([]);
    expect(sids([here.notes, there.notes])).toEqual([first[0]!.claims.sid, last!.claims.sid].sort());
  });

  it('when it has offline access without a session any more', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    const { claims } = await notes.redeem(notes.codeFrom(browser));
    server.clock.advance(25 * HOUR);
    await server.app.get(Accounts).disable(account.id);
    const told = await listener.told(server, 1);
    expect(told.map(({ client, claims: { sid } }) => [client, sid])).toEqual([['notes', claims['sid']]]);
  });

  describe('and is away at that moment', () => {
    const receipt = async (accountId: string) => {
      const [row] = await server.app
        .get(Sql)
        .rows<{ receipt_id: string }>('SELECT receipt_id FROM logout_notice WHERE account_id = ?', accountId);
      const lines = await server.app.get(LogoutNotices).receipt(accountId, row!.receipt_id);
      return Object.fromEntries(lines.map((line) => [line.client.id, line]));
    };
    const deliver = () =>
      Promise.all([server.app.get(LogoutDelivery).run(), second.get(LogoutDelivery).run()]);
    const tries = async (accountId: string, client: string, count: number) => {
      for (let round = 0; round < 100; round++) {
        await deliver();
        const enough = (await receipt(accountId))[client]!.tries >= count;
        // A try is counted when it begins. It must be over before a test moves the clock on, or its lease would run out.
        await new Promise((later) => setTimeout(later, enough ? 400 : 50));
        if (enough) return (await receipt(accountId))[client]!;
      }
      throw new Error(`not tried ${count} times`);
    };

    it('hears it later, as the same token, also from a server that was started again', async () => {
      const { accountId, browser } = await signIn();
      listener.status = 503;
      await browser.open('/dashboard');
      await browser.press('sign-out');
      await tries(accountId, 'notes', 1);
      const [refused] = listener.posts.splice(0).filter(({ client }) => client === 'notes');
      await listener.down();
      server.clock.advance(2 * SECOND);
      await tries(accountId, 'notes', 2);
      server.clock.advance(6 * SECOND);
      expect((await tries(accountId, 'notes', 3)).state).toBe('waiting');

      await server.restart();
      listener.status = 204;
      listener.posts.length = 0;
      await listener.up();
      server.clock.advance(31 * SECOND);
      const told = await listener.told(server, 2);
      expect(told.map(({ client }) => client)).toEqual(['notes', 'photos']);
      const before = JSON.parse(Buffer.from(refused!.token.split('.')[1]!, 'base64url').toString()) as {
        jti: string;
      };
      expect(told[0]!.claims.jti).toBe(before.jti);
      expect((await receipt(accountId))['notes']).toMatchObject({ state: 'told', nextTryAt: null });
    });

    it('hears it once, however many look at the same moment', async () => {
      const { accountId, browser } = await signIn();
      await listener.down();
      await browser.open('/dashboard');
      await browser.press('sign-out');
      await tries(accountId, 'notes', 1);
      await listener.up();
      server.clock.advance(10 * MINUTE);
      await Promise.all([deliver(), deliver(), deliver()]);
      expect((await listener.told(server, 2)).map(({ client }) => client)).toEqual(['notes', 'photos']);
    });

    it('hears it although the server was killed while it was telling', async () => {
      const { accountId, browser } = await signIn();
      await listener.down();
      await browser.open('/dashboard');
      await browser.press('sign-out');
      await tries(accountId, 'notes', 1);
      // What a killed instance leaves behind: it had just taken the notice.
      const lease = server.clock.now().getTime() + 30 * SECOND;
      await server.app
        .get(Sql)
        .run(
          `UPDATE logout_notice SET tries = 2, due_at = ? WHERE account_id = ? AND state = 'waiting'`,
          lease,
          accountId,
        );
      await listener.up();
      await deliver();
      expect(listener.posts).toEqual([]);
      server.clock.advance(31 * SECOND);
      expect((await listener.told(server, 2)).map(({ client }) => client)).toEqual(['notes', 'photos']);
    });

    it('is given up after a day, which the receipt says; and so it does of one that cannot be told', async () => {
      const { accountId, browser } = await signIn();
      const calendar = new Application(server, 'calendar');
      await browser.open(calendar.authorizationUrl());
      await browser.press('submit');
      const issuedAt = server.clock.now().getTime();
      await calendar.redeem(calendar.codeFrom(browser));
      await listener.down();
      await browser.open('/dashboard');
      await browser.press('sign-out');
      const waiting = await tries(accountId, 'photos', 1);
      expect(waiting.state).toBe('waiting');
      expect(waiting.nextTryAt).toBeGreaterThan(issuedAt);
      const { calendar: cannot } = await receipt(accountId);
      expect(cannot).toMatchObject({ state: 'cannot', tries: 0, nextTryAt: null });
      expect(Math.abs(cannot!.tokenUntil! - issuedAt - HOUR)).toBeLessThan(5 * SECOND);
      for (let tried = 2; tried < 20; tried++) {
        server.clock.advance(6 * HOUR);
        await deliver();
        if ((await receipt(accountId))['photos']!.state === 'failed') break;
      }
      expect((await receipt(accountId))['photos']).toMatchObject({ state: 'failed', nextTryAt: null });
      await listener.up();
    });
  });
});
