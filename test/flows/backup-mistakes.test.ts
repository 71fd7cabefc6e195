import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { Sql } from '../../src/database/sql.js';
import { makeBackup, Places, reasonOf, restoreTo, verifyIn } from '../support/backups.js';
import { database } from '../support/database.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';
import { WebhookReceiver, withWebhooks } from '../support/webhook-receiver.js';

const places = new Places();
afterAll(() => places.remove());

/** Settings of a server that has been there, and does not run. */
async function stopped(): Promise<Record<string, string>> {
  const env = await places.empty();
  mkdirSync(env['GATEHOUSE_DATA_DIR']!, { mode: 0o700 });
  await (await createApp(loadConfig(env))).close();
  return env;
}

async function shell(env: Record<string, string>, ...words: string[]) {
  const program = Program.shell(env, ...words);
  const code = await program.ended();
  return { code, output: program.output };
}

describe('a backup', () => {
  it('is verified without a word to webhooks and to a collector of traces', async () => {
    const hook = await WebhookReceiver.at();
    await hook.up();
    const collector = await new OtlpReceiver().up();
    const { GATEHOUSE_DATA_DIR: _, GATEHOUSE_PORT: __, ...shared } = await places.empty();
    const env = { ...shared, GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' };
    const clients = withWebhooks({ id: 'all', url: hook.url('all'), events: ['*'] });
    const server = await TestServer.start({ clients, env });
    const settings = { ...server.env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const file = places.file();
    await makeBackup(settings, file);
    await server.app.close();
    await hook.heard(0);
    hook.posts.length = 0;
    expect(await verifyIn(settings, file)).toMatchObject({ signIn: 'done', clientsFile: 'good' });
    expect(await hook.heard(1)).toEqual([]);
    expect(collector.requests).toEqual([]);
    await hook.down();
    await collector.down();
  }, 60_000);

  it('is not made with the master secret of another data directory, which nobody could restore', async () => {
    const env = await stopped();
    const file = places.file();
    const { GATEHOUSE_DATA_DIR: elsewhere } = await places.empty();
    const own: Record<string, string> =
      database === 'sqlite'
        ? { DATABASE_URL: `sqlite:${join(env['GATEHOUSE_DATA_DIR']!, 'gatehouse.sqlite')}` }
        : {};
    const wrong = { ...env, ...own, GATEHOUSE_DATA_DIR: elsewhere! };
    expect(await reasonOf(makeBackup(wrong, file))).toBe('other-secret');
    expect(existsSync(file)).toBe(false);
  });

  it('that cannot be written or read is said as JSON, with an exit code of its own', async () => {
    const env = await stopped();
    const nowhere = join(places.file('no-such-folder'), 'x.backup');
    const made = await shell(env, 'backup', nowhere);
    expect([made.code, JSON.parse(made.output)]).toMatchObject([
      23,
      { done: false, reason: 'file-unusable', says: expect.stringContaining('no such folder') },
    ]);
    expect(readdirSync(env['GATEHOUSE_DATA_DIR']!).filter((name) => name.startsWith('.backup-'))).toEqual([]);
    const nobody = { ...env, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
    const away = await shell(nobody, 'backup', places.file());
    expect([away.code, JSON.parse(away.output)]).toMatchObject([
      24,
      { done: false, reason: 'database-away' },
    ]);
    const folder = await shell(await places.empty(), 'restore', env['GATEHOUSE_DATA_DIR']!);
    expect([folder.code, JSON.parse(folder.output)]).toMatchObject([10, { reason: 'not-an-archive' }]);
  }, 60_000);

  if (database === 'sqlite')
    it('is not put under a server that runs where nobody sees it answer', async () => {
      const env = await stopped();
      const file = places.file();
      await makeBackup(env, file);
      const port = String(await freePort());
      const server = new Program({ ...env, GATEHOUSE_PORT: port });
      await server.said('Gatehouse is ready');
      const refused = await shell(env, 'restore', file, '--overwrite');
      expect([refused.code, JSON.parse(refused.output)]).toMatchObject([18, { reason: 'server-runs' }]);
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
      await server.ended('SIGTERM');
      expect(await shell(env, 'restore', file, '--overwrite')).toMatchObject({ code: 0 });
    }, 60_000);

  it('of a database whose seals are of another secret is found out when it is verified', async () => {
    const env = await stopped();
    const app = await createApp(loadConfig(env));
    const [key] = await app.get(Sql).rows<{ kid: string }>('SELECT kid FROM signing_key LIMIT 1');
    await app.get(Sql).run(
      `INSERT INTO client (id, origin, metadata, sealed_secret, updated_at, registered_at)
       SELECT 'forged', 'registered', '{}', sealed_jwk, created_at, 1 FROM signing_key WHERE kid = ?`,
      key!.kid,
    );
    await app.close();
    const file = places.file();
    await makeBackup(env, file);
    expect(await reasonOf(verifyIn(env, file))).toBe('not-verified');
    await restoreTo(await places.empty(), file);
  });
});
