import { describe, expect, it } from '@jest/globals';
import { MikroORM, type Options } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { CompiledQuery } from 'kysely';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import { ormOptions } from '../../src/database/options.js';
import { entities } from '../../src/entities.js';
import { Secrets } from '../../src/kernel/secrets.js';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { migrations } from '../../src/migrations.js';
import { database, freshPostgresql } from '../support/database.js';
import { idToken, kidOf } from '../support/id-token.js';
import { publishedKids } from '../support/key-cache.js';
import { TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

/** A database as version 0.1 has left it, with its two keys. */
async function before(env: Record<string, string>, made: Date): Promise<void> {
  const config = loadConfig(env);
  const old = {
    sqlite: migrations.sqlite.slice(0, 2),
    postgresql: migrations.postgresql.slice(0, 2),
  };
  const options = (await ormOptions(config.database, entities, old)) as Options;
  // The snapshot in the repository is of the newest migration.
  const orm = await MikroORM.init({ ...options, migrations: { ...options.migrations, snapshot: false } });
  await orm.migrator.up();
  const seal = new Secrets(config.masterSecret);
  const keys = [
    ['rsa', 'RS256', generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey],
    ['ec', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ] as const;
  for (const [kid, alg, key] of keys) {
    const sealed = seal.seal(JSON.stringify(key.export({ format: 'jwk' })), `signing_key:${kid}`);
    const created = database === 'postgresql' ? made.toISOString() : made.getTime();
    const query = CompiledQuery.raw(
      database === 'postgresql'
        ? 'INSERT INTO signing_key (kid, alg, generation, sealed_jwk, created_at) VALUES ($1, $2, 1, $3, $4)'
        : 'INSERT INTO signing_key (kid, alg, generation, sealed_jwk, created_at) VALUES (?, ?, 1, ?, ?)',
      [kid, alg, sealed, created],
    );
    await (orm.em as unknown as SqlEntityManager).getKysely<unknown>().executeQuery(query);
  }
  await orm.close(true);
}

describe('keys that were made before keys were changed', () => {
  it('go on signing after the upgrade, and are changed when they have grown old', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-before-'));
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    const env = {
      DATABASE_URL: fresh?.url ?? `sqlite:${join(folder, 'gatehouse.sqlite')}`,
      GATEHOUSE_SECRET: randomBytes(48).toString('base64'),
    };
    await before({ ...env, GATEHOUSE_DATA_DIR: folder }, new Date(Date.now() - 30 * DAY));
    const server = await TestServer.start({ env });
    try {
      await server.app.get(KeyRotation).turn();
      expect(await publishedKids(server.url)).toEqual(['rsa', 'ec']);
      expect(kidOf(await idToken(server.app, 'notes', DAY))).toBe('rsa');
      expect(kidOf(await idToken(server.app, 'photos', DAY))).toBe('ec');

      server.clock.advance(59.5 * DAY);
      await server.app.get(KeyRotation).turn();
      expect(await publishedKids(server.url)).toHaveLength(4);
      expect(kidOf(await idToken(server.app, 'notes', DAY))).toBe('rsa');
      server.clock.advance(2 * DAY);
      await server.app.get(KeyRotation).turn();
      expect(kidOf(await idToken(server.app, 'notes', DAY))).not.toBe('rsa');
      expect(await publishedKids(server.url)).toContain('rsa');
    } finally {
      await server.stop();
      await fresh?.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
