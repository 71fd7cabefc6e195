import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { KeyRing } from '../../src/keys/key-ring.service.js';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { idToken, kidOf } from '../support/id-token.js';
import { publishedKids } from '../support/key-cache.js';
import { TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

describe('when the keys cannot be read', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('those that are known go on, and the next one signs at its time', async () => {
    const sql = server.app.get(Sql);
    const old = kidOf(await idToken(server.app, 'notes', DAY));
    server.clock.advance(89 * DAY);
    await server.app.get(KeyRotation).turn();
    const published = await publishedKids(server.url);
    expect(published).toHaveLength(4);

    // Somebody's hand in the database, or a disk that forgets.
    await sql.run(
      `INSERT INTO signing_key (kid, alg, generation, sealed_jwk, created_at, active_at)
       SELECT 'strange', alg, 9, 'nothing that opens', created_at, active_at FROM signing_key
       WHERE alg = 'ES256' AND generation = 1`,
    );
    await expect(server.app.get(KeyRing).refresh()).rejects.toThrow('GATEHOUSE_SECRET');
    expect(await publishedKids(server.url)).toEqual(published);
    await sql.run('ALTER TABLE signing_key RENAME TO lost');
    await expect(server.app.get(KeyRotation).turn()).rejects.toThrow();
    server.clock.advance(2 * DAY);
    server.app.get(KeyRing).turn();
    expect(kidOf(await idToken(server.app, 'notes', DAY))).not.toBe(old);
    expect(await publishedKids(server.url)).toHaveLength(4);
  });
});
