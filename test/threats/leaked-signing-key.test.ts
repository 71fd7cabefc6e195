import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { KeyCommands } from '../../src/admin/commands/key-commands.js';
import { Sql } from '../../src/database/sql.js';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { KeyTable } from '../../src/keys/key-table.js';
import { database } from '../support/database.js';
import { idToken, kidOf } from '../support/id-token.js';
import { Instances } from '../support/instances.js';
import { publishedKids, Verifier } from '../support/key-cache.js';
import type { TestServer } from '../support/server.js';

const HOUR = 3_600_000;

describe('a signing key that leaked', () => {
  let instances: Instances;
  let server: TestServer;
  beforeAll(async () => {
    instances = await Instances.start(database === 'postgresql' ? 2 : 1);
    server = instances.first;
  });
  afterAll(() => instances.stop());

  /** Each instance looks at the table every ten seconds. */
  const everybodyLooks = () => Promise.all(instances.all.map(({ app }) => app.get(KeyRotation).turn()));
  const run = (command: 'revoke-key' | 'rotate-keys' | 'keys', ...args: string[]) =>
    server.app.get(KeyCommands).run(command, args);
  const signOut = async (address: string, hint: string) => {
    const query = new URLSearchParams({ id_token_hint: hint }).toString();
    return (await fetch(`${address}/oidc/session/end?${query}`)).status;
  };
  const now = () => server.clock.now();

  /** What somebody can sign who has the private half. */
  async function stolen(alg: string) {
    const table = server.app.get(KeyTable);
    const kid = kidOf(await idToken(server.app, alg === 'RS256' ? 'notes' : 'photos', HOUR));
    const key = (await table.all()).find((each) => each.kid === kid)!;
    const jwk = table.open(key);
    const forge = () =>
      new SignJWT({ sub: 'anybody' })
        .setProtectedHeader({ alg, kid })
        .setIssuer(server.url)
        .setAudience(alg === 'RS256' ? 'notes' : 'photos')
        .setIssuedAt(now())
        .setExpirationTime(new Date(now().getTime() + HOUR))
        .sign(createPrivateKey({ key: jwk, format: 'jwk' }));
    return { kid, forge };
  }

  it('signs nothing any more, and nothing it signed counts', async () => {
    const { kid, forge } = await stolen('RS256');
    const forged = await forge();
    for (const { address } of instances.all) expect(await signOut(address, forged)).toBe(200);

    const { done, message } = await run('revoke-key', kid);
    expect(done).toBe(true);
    await everybodyLooks();

    for (const { app, address } of instances.all) {
      expect(await publishedKids(address)).not.toContain(kid);
      expect(await signOut(address, forged)).toBe(400);
      const verifier = Verifier.usual(address, server.url, now);
      expect(await verifier.refusal(forged)).toMatch('ERR_JWKS_NO_MATCHING_KEY');
      // Another key signs at once, the same on each instance, and it is published.
      const token = await idToken(app, 'notes', HOUR);
      expect(message).toContain(kidOf(token));
      expect(await verifier.refusal(token)).toBeUndefined();
      expect(decodeJwt(token).iss).toBe(server.url);
    }
  });

  it('leaves the database at once, and is not made to sign again by another change', async () => {
    const { kid } = await stolen('ES256');
    await run('revoke-key', kid);
    const row = (await server.app.get(KeyTable).all()).find((key) => key.kid === kid)!;
    expect(row).toMatchObject({ sealedJwk: '', revokedAt: expect.any(Number) });
    expect(await run('revoke-key', kid)).toMatchObject({ done: false });
    const events = await server.app
      .get(Sql)
      .rows<{ detail: unknown }>("SELECT detail FROM audit_event WHERE name = 'signing-key.revoked'");
    expect(events.filter(({ detail }) => JSON.stringify(detail).includes(kid))).toHaveLength(1);
    await run('rotate-keys');
    await everybodyLooks();
    server.clock.advance(48 * HOUR);
    await everybodyLooks();
    for (const { address } of instances.all) expect(await publishedKids(address)).not.toContain(kid);
    expect((await run('keys')).message).not.toContain(kid);
  });

  it('is followed by the key that applications know already, where there is one', async () => {
    await run('rotate-keys');
    await everybodyLooks();
    const { kid } = await stolen('RS256');
    const [, , ...coming] = await publishedKids(server.url);
    await run('revoke-key', kid);
    await everybodyLooks();
    expect(coming).toContain(kidOf(await idToken(server.app, 'notes', HOUR)));
  });

  it('may be one that does not sign yet: nothing else changes', async () => {
    server.clock.advance(48 * HOUR);
    await everybodyLooks();
    await run('rotate-keys');
    await everybodyLooks();
    const signing = kidOf(await idToken(server.app, 'notes', HOUR));
    const [, , coming] = await publishedKids(server.url);
    await run('revoke-key', coming!);
    await everybodyLooks();
    expect(await publishedKids(server.url)).not.toContain(coming);
    expect(kidOf(await idToken(server.app, 'notes', HOUR))).toBe(signing);
  });

  it('has to be one: a typing error revokes nothing', async () => {
    const before = await publishedKids(server.url);
    expect(await run('revoke-key', 'no such key')).toMatchObject({ done: false });
    await everybodyLooks();
    expect(await publishedKids(server.url)).toEqual(before);
  });
});
