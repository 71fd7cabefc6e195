import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import * as oidc from 'openid-client';
import { decodeJwt } from 'jose';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { KeyTable } from '../../src/keys/key-table.js';
import { APIS, machineToken, ORDERS } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { database } from '../support/database.js';
import { idToken, kidOf } from '../support/id-token.js';
import { Instances } from '../support/instances.js';
import { publishedKids, Verifier } from '../support/key-cache.js';
import { OpenIdClientApp } from '../relying-apps/openid-client.app.js';
import { bea } from '../support/people.js';
import type { TestServer } from '../support/server.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest tokens there may be. */
const LONG_TOKENS = APIS.replace('access_token_lifetime: 300', 'access_token_lifetime: 86400');
const ROTATION = { GATEHOUSE_KEY_ROTATION: '2d' };

const person = bea();
let instances: Instances;
afterEach(() => instances.stop());

const turn = (app: NestExpressApplication) => app.get(KeyRotation).turn();

async function signedInForLong(server: TestServer, clientId: 'notes' | 'photos'): Promise<string> {
  const browser = new Browser(server);
  const application = new Application(server, clientId);
  await browser.open(application.authorizationUrl({ scope: 'openid offline_access' }));
  await browser.enterPassword(person);
  return (await application.redeem(application.codeFrom(browser))).refresh_token!;
}

describe('signing keys change while applications go on', () => {
  // SQLite has one instance; several need PostgreSQL.
  const count = database === 'postgresql' ? 2 : 1;

  it('and not one verification fails, over two whole changes', async () => {
    instances = await Instances.start(count, { env: ROTATION, clients: LONG_TOKENS });
    const { first, all } = instances;
    await first.addPerson(person);
    const now = () => first.clock.now();
    const verifiers = all.flatMap(({ address }) => [
      Verifier.usual(address, first.url, now),
      Verifier.stubborn(address, first.url, now),
    ]);
    const refreshTokens = new Map<'notes' | 'photos', string>([
      ['notes', await signedInForLong(first, 'notes')],
      ['photos', await signedInForLong(first, 'photos')],
    ]);
    const held: { token: string; expires: number }[] = [];
    const refusals: string[] = [];
    const seen = new Map<string, Set<string>>([
      ['RS256', new Set()],
      ['ES256', new Set()],
    ]);
    let verified = 0;

    const verifyAll = async () => {
      const alive = held.filter(({ expires }) => expires > Date.now() + MINUTE / 6);
      held.splice(0, held.length, ...alive);
      for (const { token } of alive) {
        for (const verifier of verifiers) {
          verified++;
          const refusal = await verifier.refusal(token);
          if (refusal) refusals.push(`${new Date(Date.now()).toISOString()} ${refusal}`);
        }
      }
    };
    const hold = (token: string) => held.push({ token, expires: Number(decodeJwt(token).exp) * 1000 });
    const issue = async () => {
      for (const { app, address } of all) {
        const instance = { ...first, url: address } as TestServer;
        for (const [clientId, alg] of [
          ['notes', 'RS256'],
          ['photos', 'ES256'],
        ] as const) {
          const tokens = await new Application(instance, clientId).refresh(refreshTokens.get(clientId)!);
          if (tokens.status !== 200) throw new Error(JSON.stringify(tokens));
          refreshTokens.set(clientId, tokens.refresh_token!);
          seen.get(alg)!.add(kidOf(tokens.id_token!));
          hold(tokens.id_token!);
        }
        // The longest tokens that an API and an application may have.
        const { body } = await machineToken(instance, 'warehouse', { resource: ORDERS });
        hold(body['access_token'] as string);
        hold(await idToken(app, 'photos', DAY));
      }
    };

    for (let passed = 0; passed < 5 * DAY; passed += 2 * HOUR) {
      first.clock.advance(2 * HOUR - MINUTE);
      await turn(all[0]!.app);
      // The others have not heard of it yet.
      await issue();
      await verifyAll();
      first.clock.advance(MINUTE);
      for (const { app } of all) await turn(app);
      await issue();
      await verifyAll();
    }

    expect(refusals).toEqual([]);
    expect(verified).toBeGreaterThan(5_000);
    expect([...seen.values()].map(({ size }) => size)).toEqual([3, 3]);
    // What has signed nothing that is still valid is gone.
    const rows = await first.app.get(KeyTable).all();
    for (const [alg, kids] of seen) {
      expect(kids.size).toBe(3);
      expect(rows.filter((row) => row.alg === alg).map(({ kid }) => kid)).not.toContain([...kids][0]);
    }
  }, 240_000);
});

describe('a change of keys', () => {
  it('publishes the next one a day ahead, keeps the old one until its tokens have expired, then deletes it', async () => {
    instances = await Instances.start(1, { env: ROTATION });
    const { first } = instances;
    const kids = () => publishedKids(first.url);
    const [rsa, ec] = await kids();
    expect(await kids()).toHaveLength(2);

    first.clock.advance(DAY - 2 * MINUTE);
    await turn(first.app);
    expect(await kids()).toHaveLength(2);
    first.clock.advance(2 * MINUTE);
    await turn(first.app);
    const [, , nextRsa, nextEc] = await kids();
    expect(await kids()).toEqual([rsa, ec, nextRsa, nextEc]);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(rsa);

    first.clock.advance(DAY - MINUTE);
    await turn(first.app);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(rsa);
    const last = await idToken(first.app, 'notes', DAY);
    first.clock.advance(2 * MINUTE);
    await turn(first.app);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(nextRsa);
    expect(kidOf(await idToken(first.app, 'photos', HOUR))).toBe(nextEc);
    expect(await kids()).toEqual(expect.arrayContaining([rsa, ec, nextRsa, nextEc]));

    const signOut = (hint: string) =>
      fetch(`${first.url}/oidc/session/end?${new URLSearchParams({ id_token_hint: hint }).toString()}`);
    first.clock.advance(DAY - 3 * MINUTE);
    await turn(first.app);
    expect((await signOut(last)).status).toBe(200);
    const verifier = Verifier.usual(first.url, first.url, () => first.clock.now());
    expect(await verifier.refusal(last)).toBeUndefined();

    first.clock.advance(2 * HOUR);
    await turn(first.app);
    expect(await kids()).not.toContain(rsa);
    expect(await kids()).not.toContain(ec);
    expect((await signOut(last)).status).toBe(400);
    const left = await first.app.get(KeyTable).all();
    expect(left.map(({ kid }) => kid)).not.toContain(rsa);
    expect(left.map(({ kid }) => kid)).not.toContain(ec);
  });

  it('has its lead also when the server was off, or somebody sets the clock', async () => {
    instances = await Instances.start(1, { env: ROTATION });
    const { first } = instances;
    const [old] = await publishedKids(first.url);
    first.clock.advance(40 * DAY);
    await first.restart();
    await turn(first.app);
    expect(await publishedKids(first.url)).toHaveLength(4);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(old);

    // The next one has been published for a moment only, whatever the time of day says now.
    first.clock.jump(25 * HOUR);
    await turn(first.app);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(old);
    first.clock.advance(23 * HOUR);
    await turn(first.app);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(old);
    first.clock.advance(2 * HOUR);
    await turn(first.app);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).not.toBe(old);
    // The last token it signed is a few hours old, so it stays.
    expect(await publishedKids(first.url)).toContain(old);
  });

  it('happens only by command when it is off', async () => {
    instances = await Instances.start(1, { env: { GATEHOUSE_KEY_ROTATION: 'off' } });
    const { first } = instances;
    const before = await publishedKids(first.url);
    first.clock.advance(800 * DAY);
    await turn(first.app);
    expect(await publishedKids(first.url)).toEqual(before);
  });

  it('is followed by a real client library that checks every signature', async () => {
    instances = await Instances.start(1, { env: ROTATION });
    const { first } = instances;
    await first.addPerson(person);
    const notes = new Application(first, 'notes');
    const application = await OpenIdClientApp.discover(
      first,
      'notes',
      notes.redirectUri,
      oidc.ClientSecretBasic(notes.secret),
    );
    oidc.enableNonRepudiationChecks(application.configuration);
    const kids = new Set<string>();
    for (let day = 0; day < 6; day++) {
      const browser = new Browser(first);
      await application.sendToSignIn(browser);
      await browser.enterPassword(person);
      const { id_token } = await application.receive(browser);
      kids.add(kidOf(id_token!));
      first.clock.advance(DAY);
      await turn(first.app);
    }
    expect(kids.size).toBeGreaterThan(2);
  });

  it('stays within what applications may keep', async () => {
    instances = await Instances.start(1);
    const answer = await fetch(`${instances.first.url}/oidc/jwks`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await answer.json()) as { keys: object[] };
    for (const key of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret);
      expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: expect.any(String) });
    }
  });
});
