import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sql } from '../../src/database/sql.js';
import { Clock, DAY, MINUTE } from '../../src/kernel/clock.js';
import { database } from '../support/database.js';
import { causes, findings, printed, troubles } from '../support/doctor.js';
import { TestMailbox } from '../support/mailbox.js';
import { freePort, TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const run = (text: string, ...params: unknown[]) => server.app.get(Sql).run(text, ...params);
const inDataDir = (name: string) => join(server.dataDir, name);

describe('the doctor', () => {
  it('finds nothing where all is well, and shows no secret', async () => {
    const all = await findings({ ...server.env, GATEHOUSE_LOG_LEVEL: 'error' });
    expect(all.filter(({ level }) => level !== 'fine')).toEqual([]);
    expect(all.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'volume',
        'secret',
        'clients',
        'database',
        'migrations',
        'keys',
        'mail',
        'clock',
      ]),
    );
    const { password, href } = new URL(server.env['DATABASE_URL'] ?? 'none:');
    for (const secret of [href, password, 'secret-of-thirty-two'].filter((each) => each.length > 5))
      expect(printed(all)).not.toContain(secret);
  });

  it('makes nothing where nothing is yet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-doctor-'));
    const env = { GATEHOUSE_DATA_DIR: join(folder, 'data'), GATEHOUSE_PORT: String(await freePort()) };
    expect(await causes(env)).toEqual(['unreachable']);
    expect(existsSync(env.GATEHOUSE_DATA_DIR)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('names settings that cannot be used, all of them, and those that are none', async () => {
    const env = {
      ...server.env,
      GATEHOUSE_URL: 'http://id.example.org',
      GATEHOUSE_PORT: 'x',
      GATEHOUSE_ULR: 'y',
    };
    const found = await troubles(env);
    expect(found.map(({ cause }) => cause)).toEqual(['settings', 'settings', 'unknown-setting']);
    expect(found[0]!.says).toContain('use https:');
  });

  it('names a clock that is off by five minutes, by each other clock there is', async () => {
    const clock = new (class extends Clock {
      now = () => new Date(server.clock.now().getTime() + 5 * MINUTE);
    })();
    const found = await troubles(server.env, { clock });
    expect([...new Set(found.map(({ cause }) => cause))]).toEqual(['clock-off']);
    const whose = [...(database === 'postgresql' ? ['database'] : []), 'public URL', 'server'];
    expect(found.map(({ says }) => / ahead of that of the (.*)$/.exec(says)?.[1])).toEqual(whose);
    expect(found[0]!.says).toMatch(/is (5 min 0|4 min 59) s ahead/);
  });

  it('names a clients file with mistakes, by line', async () => {
    const file = inDataDir('with-mistakes.yaml');
    writeFileSync(
      file,
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [http://a.example/cb]\n',
    );
    const found = await troubles({ ...server.env, GATEHOUSE_CLIENTS_FILE: file });
    expect(found.map(({ cause }) => cause)).toEqual(['clients-file']);
    expect(found[0]!.says).toContain('line 4: redirect_uris: use https:');
  });
});

describe('the doctor, at the data directory', () => {
  afterEach(() => chmodSync(server.dataDir, 0o700));

  it('names one that is open to others, and leaves its mode as it is', async () => {
    chmodSync(server.dataDir, 0o755);
    const [found, ...others] = await troubles(server.env);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      level: 'warning',
      cause: 'volume-open',
      mend: `chmod 700 ${server.dataDir}`,
    });
    expect(statSync(server.dataDir).mode & 0o777).toBe(0o755);
  });

  it('names it an error when the secret itself can be read', async () => {
    chmodSync(server.dataDir, 0o755);
    chmodSync(inDataDir('secret.key'), 0o644);
    const [found] = await troubles(server.env);
    chmodSync(inDataDir('secret.key'), 0o600);
    expect(found).toMatchObject({ level: 'error', cause: 'volume-open' });
  });

  it('names one that belongs to somebody else, and opens no SQLite file as the wrong user', async () => {
    const uid = process.getuid!() + 4711;
    const found = await troubles(server.env, { uid });
    expect(found.map(({ cause }) => cause)).toEqual(['volume-owner']);
    expect(found[0]!.says).toContain(`this runs as uid ${uid}`);
  });

  it('names a master secret that is missing, and makes none', async () => {
    renameSync(inDataDir('secret.key'), inDataDir('elsewhere'));
    const found = await causes(server.env);
    expect(existsSync(inDataDir('secret.key'))).toBe(false);
    renameSync(inDataDir('elsewhere'), inDataDir('secret.key'));
    expect(found).toEqual(['secret-missing']);
  });

  it('names one that is damaged', async () => {
    renameSync(inDataDir('secret.key'), inDataDir('elsewhere'));
    writeFileSync(inDataDir('secret.key'), 'short', { mode: 0o600 });
    const found = await causes(server.env);
    renameSync(inDataDir('elsewhere'), inDataDir('secret.key'));
    expect(found).toEqual(['secret-damaged']);
  });

  it('says where it looks at nothing of the server that runs', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'gatehouse-doctor-'));
    const { DATABASE_URL: _, ...env } = server.env;
    const found = await troubles({ ...env, GATEHOUSE_DATA_DIR: join(elsewhere, 'data') });
    rmSync(elsewhere, { recursive: true });
    expect(found).toMatchObject([{ level: 'warning', check: 'proxy', cause: 'probe-refused' }]);
    expect(found[0]!.says).toContain('there is nothing of it here');
    expect(found[0]!.mend).toContain('GATEHOUSE_DATA_DIR');
  });

  it('names one that is not this database’s, nor the running server’s', async () => {
    const GATEHOUSE_SECRET = Buffer.alloc(48, 7).toString('base64url');
    const all = await findings({ ...server.env, GATEHOUSE_SECRET });
    const found = all.flatMap((each) => (each.level === 'fine' ? [] : [each.cause]));
    expect(found).toEqual(['secret-changed', 'probe-refused']);
    expect(printed(all)).not.toContain(GATEHOUSE_SECRET);
  });
});

describe('the doctor, at the database', () => {
  it('names one that cannot be reached, without its password', async () => {
    const DATABASE_URL = `postgresql://gatehouse:hunter2%21hunter2@127.0.0.1:${await freePort()}/gatehouse`;
    const all = await findings({ ...server.env, DATABASE_URL });
    expect(all.flatMap((each) => (each.level === 'fine' ? [] : [each.cause]))).toEqual([
      'database-unreachable',
    ]);
    expect(printed(all)).not.toContain('hunter2');
  });

  it('names an SQLite file that is none', async () => {
    const file = inDataDir('no-database');
    writeFileSync(file, 'x'.repeat(4096));
    expect(await causes({ ...server.env, DATABASE_URL: `sqlite:${file}` })).toEqual(['database-unusable']);
  });

  it('names a PostgreSQL without that database', async () => {
    if (database !== 'postgresql') return;
    const url = new URL(server.env['DATABASE_URL']!);
    url.pathname = '/there_is_none';
    expect(await causes({ ...server.env, DATABASE_URL: url.href })).toEqual(['database-missing']);
  });

  it('names migrations that are still to be made, and makes none', async () => {
    const name = '0006-client-of-records';
    await run('DELETE FROM mikro_orm_migrations WHERE name = ?', name);
    const found = await troubles(server.env);
    expect(found.map(({ cause }) => cause)).toEqual(['migrations-pending']);
    expect(found[0]!.says).toContain(name);
    expect(await run('DELETE FROM mikro_orm_migrations WHERE name = ?', name)).toBe(0);
    await run('INSERT INTO mikro_orm_migrations (name) VALUES (?)', name);
  });

  it('names a database that a newer version has migrated', async () => {
    await run('INSERT INTO mikro_orm_migrations (name) VALUES (?)', '9999-to-come');
    const found = await causes(server.env);
    await run('DELETE FROM mikro_orm_migrations WHERE name = ?', '9999-to-come');
    expect(found).toEqual(['database-newer']);
  });

  it('names signing keys whose successor is overdue', async () => {
    // The server itself must not publish it in between.
    const still = await TestServer.start({ env: { GATEHOUSE_KEY_ROTATION: 'off' } });
    const env = { ...still.env, GATEHOUSE_KEY_ROTATION: '90d' };
    expect(await causes(env)).toEqual([]);
    const old = Date.now() - 100 * DAY;
    await still.app.get(Sql).run('UPDATE signing_key SET active_at = ? WHERE alg = ?', old, 'ES256');
    const found = await troubles(env);
    const offAndVeryOld = async () => {
      await still.app.get(Sql).run('UPDATE signing_key SET active_at = ?', Date.now() - 400 * DAY);
      return causes(still.env);
    };
    expect(await offAndVeryOld()).toEqual(['keys-overdue', 'keys-overdue']);
    await still.stop();
    expect(found.map(({ cause }) => cause)).toEqual(['keys-overdue']);
    expect(found[0]!.says).toMatch(/\(ES256\) has signed for 100 days/);
  });
});

describe('the doctor, at the mail server', () => {
  const login = { user: 'gatehouse', pass: 'correct-horse' };
  let mailbox: TestMailbox | undefined;
  afterEach(async () => {
    await mailbox?.stop();
    mailbox = undefined;
  });
  const withLogin = (url: string, pass = login.pass) => url.replace('://', `://${login.user}:${pass}@`);
  const found = async (SMTP_URL: string) => {
    const all = await findings({ ...server.env, SMTP_URL });
    expect(printed(all)).not.toMatch(/correct-horse|wrong-horse/);
    return all.flatMap((each) => (each.level === 'fine' ? [] : [each.cause]));
  };

  it('finds nothing where the login is taken', async () => {
    mailbox = await TestMailbox.start({ login });
    expect(await found(withLogin(mailbox.url))).toEqual([]);
    expect(mailbox.letters).toEqual([]);
  });

  it('names one that cannot be reached', async () => {
    expect(await found(`smtp://127.0.0.1:${await freePort()}`)).toEqual(['mail-unreachable']);
  });

  it('names one that refuses the login', async () => {
    mailbox = await TestMailbox.start({ login });
    expect(await found(withLogin(mailbox.url, 'wrong-horse'))).toEqual(['mail-login']);
  });

  it('names one without TLS, from the start or by STARTTLS', async () => {
    mailbox = await TestMailbox.start({ login });
    expect(await found(`${withLogin(mailbox.url)}?tls=required`)).toEqual(['mail-tls']);
    expect(await found(withLogin(mailbox.url.replace('smtp:', 'smtps:')))).toEqual(['mail-tls']);
  });

  it('names a certificate that is not believed', async () => {
    mailbox = await TestMailbox.start({ login, tls: 'implicit' });
    expect(await found(withLogin(mailbox.url))).toEqual(['mail-certificate']);
  });

  it('names that none is set where letters are needed', async () => {
    const env = { ...server.env, GATEHOUSE_EMAIL_VERIFICATION: 'required' };
    expect(await causes(env)).toEqual(['mail-needed']);
  });
});
