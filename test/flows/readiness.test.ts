import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { KeyRing } from '../../src/keys/key-ring.service.js';
import { GracefulStop } from '../../src/ops/graceful-stop.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const ready = async () => {
  const answer = await fetch(`${server.url}/health/ready`);
  const { status } = (await answer.json()) as { status: string };
  return { code: answer.status, status, retryAfter: answer.headers.get('retry-after') };
};
const run = (text: string, ...params: unknown[]) => server.app.get(Sql).run(text, ...params);
const OK = { code: 200, status: 'ok', retryAfter: null };

describe('readiness', () => {
  it('is there when database, tables and keys are', async () => {
    expect(await ready()).toEqual(OK);
  });

  it('ends when an older database was put under the running server, and only then', async () => {
    const name = '0006-client-of-records';
    await run('DELETE FROM mikro_orm_migrations WHERE name = ?', name);
    expect(await ready()).toEqual({ code: 503, status: 'migrations-pending', retryAfter: '5' });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    await run('INSERT INTO mikro_orm_migrations (name) VALUES (?)', name);
    expect(await ready()).toEqual(OK);
  });

  it('stays while a newer instance has migrated already: an upgrade one by one stops nobody', async () => {
    await run('INSERT INTO mikro_orm_migrations (name) VALUES (?)', '9999-to-come');
    expect(await ready()).toEqual(OK);
    await run('DELETE FROM mikro_orm_migrations WHERE name = ?', '9999-to-come');
  });

  it('ends when there is no key to sign with', async () => {
    const ring = server.app.get(KeyRing);
    const { keys } = ring;
    ring.keys = keys.filter(({ alg }) => alg !== 'ES256');
    expect(await ready()).toEqual({ code: 503, status: 'no-keys', retryAfter: '5' });
    ring.keys = keys;
    expect(await ready()).toEqual(OK);
  });

  it('ends with the order to stop, and whoever asks then asks another one the next time', async () => {
    await server.app.get(GracefulStop).onModuleDestroy();
    expect(await ready()).toEqual({ code: 503, status: 'stopping', retryAfter: '5' });
    const answer = await fetch(`${server.url}/health/live`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  });
});
