import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import sharp from 'sharp';
import { Sql } from '../../src/database/sql.js';
import { Passkey } from '../../src/mfa/passkey.entity.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { sendPicture } from '../support/upload.js';

type Rows = Record<string, unknown>[];

describe('the export of my data', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** One row in each table that the journey below does not fill. */
  async function fillTables(accountId: string): Promise<string[]> {
    const sql = server.app.get(Sql);
    const now = server.clock.now().getTime();
    const insert = (table: string, row: Record<string, unknown>) =>
      sql.run(
        `INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
          .map(() => '?')
          .join()})`,
        ...Object.values(row),
      );
    const id = (text: string) => text.padEnd(22, '-');
    const secret = (text: string) => `hidden-${text}`.padEnd(43, '-');
    const account = { account_id: accountId };
    await insert('remembered_device', {
      ...account,
      id: id('device'),
      token_hash: secret('token'),
      user_agent: 'Netscape 4',
      created_at: now,
      last_used_at: now,
      expires_at: now,
    });
    await insert('recovery_request', {
      ...account,
      id: id('recovery'),
      requested_at: now,
      effective_at: null,
      expires_at: now,
      ended_at: null,
    });
    await insert('one_time_link', {
      ...account,
      hash: secret('link'),
      purpose: 'verify-email',
      address_key: 'ada@example.org',
      detail: '{"hidden-detail":1}',
      created_at: now,
      expires_at: now,
      used_at: null,
    });
    await insert('invitation', {
      ...account,
      hash: secret('invitation'),
      kind: 'person',
      nonce: 'hidden-nonce',
      created_at: now,
      expires_at: now,
      used_at: null,
    });
    await insert('mail', {
      ...account,
      id: id('mail'),
      kind: 'verify-email',
      sealed_facts: secret('facts'),
      tries: 0,
      due_at: now,
      created_at: now,
      expires_at: now,
    });
    await insert('mail_outcome', {
      ...account,
      id: id('outcome'),
      kind: 'verify-email',
      result: 'sent',
      tries: 1,
      last_error: 'hidden-answer',
      created_at: now,
      settled_at: now,
    });
    await insert('group_member', { ...account, group_name: 'staff', added_at: now });
    await insert('logout_notice', {
      ...account,
      id: id('hidden-jti'),
      receipt_id: id('receipt'),
      client_id: 'notes',
      sid: 'hidden-sid',
      state: 'told',
      tries: 1,
      due_at: null,
      token_until: now,
      created_at: now,
      settled_at: now,
    });
    await insert('ping_notice', {
      ...account,
      id: id('ping'),
      client_id: 'notes',
      sealed_facts: secret('ping-facts'),
      tries: 0,
      // It is not sent meanwhile.
      due_at: now + 3_600_000,
      created_at: now,
      expires_at: now + 3_600_000,
    });
    await insert('webhook_delivery', {
      ...account,
      id: id('delivery'),
      webhook_id: 'none',
      event: 'account.enabled',
      username: ada().username,
      data: '{"result":"success"}',
      state: 'failed',
      tries: 1,
      due_at: null,
      gives_up_at: now,
      created_at: now,
      settled_at: now,
    });
    await insert('sign_in_attempt', {
      ...account,
      id: secret('attempt'),
      token: secret('browser'),
      proofs: '["hidden-proof"]',
      version: 1,
      created_at: now,
      expires_at: now,
    });
    await sql.run('DELETE FROM browser_session WHERE account_id = ?', accountId);
    await insert('browser_session', {
      ...account,
      uid: secret('uid'),
      user_agent: 'Netscape 4',
      address: '192.0.2.7',
      started_at: now,
      last_used_at: now,
    });
    await server.app
      .get(EntityManager)
      .fork()
      .insert(Passkey, {
        id: id('passkey'),
        accountId,
        credentialId: 'credential',
        name: 'My phone',
        publicKey: 'public',
        counter: 0,
        transports: ['internal', 'hybrid'],
        verifiesUser: true,
        synced: false,
        createdAt: server.clock.now(),
      });
    return ['hidden'];
  }

  it('is a file with everything about Ada, and with no secret of hers', async () => {
    const person = ada();
    const { id } = await addEnrolled(server, person);
    const stranger = somebody();
    await server.addPerson(stranger);
    const browser = new Browser(server, { 'User-Agent': 'Mozilla/5.0 (Ada)' });
    await browser.signIn(person);
    const calendar = new Application(server, 'calendar');
    await browser.open(calendar.authorizationUrl());
    await browser.press('submit');
    const code = calendar.codeFrom(browser);
    const tokens = await calendar.redeem(code);
    const other = new Browser(server);
    await other.open('/dashboard');
    await other.enterPassword(person);
    await other.press('submit', { code: person.backupCodes![0]! });
    const image = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await sendPicture(browser, image);
    const secrets = await fillTables(id);

    await browser.open('/dashboard/export');
    const { path, fields } = browser.form('submit');
    const answer = await browser.once('POST', path, fields);
    expect(answer.status).toBe(200);
    const day = server.clock.now().toISOString().slice(0, 10);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename=gatehouse-ada-${day}.json`,
      'cache-control': 'no-store',
    });

    const data = JSON.parse(answer.text) as Record<string, Rows> & { service: string };
    expect(data.service).toBe(server.url);
    expect(data['account']).toMatchObject([
      { id, username: 'ada', email: 'ada@example.org', displayName: null, disabledAt: null },
    ]);
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
    expect(data['account']![0]!['createdAt']).toMatch(moment);
    expect(data['avatar']![0]!['image']).toMatch(/^data:image\/webp;base64,UklGR/);
    expect(data['authenticator']).toHaveLength(1);
    expect(data['backup_code']).toHaveLength(10);
    expect(data['backup_code']!.filter(({ usedAt }) => moment.test(String(usedAt)))).toHaveLength(1);
    expect(data['passkey']).toMatchObject([
      { name: 'My phone', transports: ['internal', 'hybrid'], verifiesUser: true, synced: false },
    ]);
    expect(data['applications']).toContainEqual({
      clientId: 'calendar',
      application: 'Third-party Calendar',
      scope: 'openid profile email',
      claims: [],
    });
    expect(data['audit_event']!.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['password.checked', 'sign-in.completed', 'consent.given', 'data.exported']),
    );
    // Seconds, milliseconds and the database's own moments all read the same.
    for (const [table, column] of [
      ['oidc_record', 'expiresAt'],
      ['browser_session', 'lastUsedAt'],
      ['logout_notice', 'tokenUntil'],
      ['audit_event', 'at'],
    ] as const)
      for (const row of data[table]!) expect(row[column]).toMatch(/^20\d\d-/);
    const tables = Object.entries(data).filter(([, rows]) => Array.isArray(rows));
    expect(tables.filter(([, rows]) => rows.length === 0).map(([name]) => name)).toEqual([]);

    const hidden = [
      ...secrets,
      person.password,
      '$argon2id',
      person.authenticator!.secret,
      ...person.backupCodes!,
      ...person.backupCodes!.map((each) => each.replaceAll('-', '')),
      code,
      tokens.access_token!,
      tokens.id_token!,
      ...Object.values(browser.cookies()),
      calendar.secret || 'notes-secret',
      stranger.username,
      'sealed',
    ];
    expect(hidden.filter((secret) => answer.text.includes(secret))).toEqual([]);
  });

  it('is named after people with any name', async () => {
    const person = { ...somebody(), username: 'Ада' };
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/export');
    const { path, fields } = browser.form('submit');
    const answer = await browser.once('POST', path, fields);
    expect(answer.headers['content-disposition']).toContain("filename*=UTF-8''gatehouse-%D0%90");
  });

  it('takes a recent sign-in at my own level: a session that was left open is not enough', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/export');
    const { path, fields } = browser.form('submit');
    server.clock.advance(11 * 60_000);
    await browser.post(path, fields);
    expect(browser.page.path).toMatch(/^\/interaction\/.+\/password$/);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard/export');
    expect(browser.page.html.getElementById('submit')).not.toBeNull();
  });

  it('is nobody’s without a session', async () => {
    const browser = new Browser(server);
    await browser.open('/');
    await browser.post('/dashboard/export', { _csrf: browser.formToken });
    expect(browser.page.path).toMatch(/\/password$/);
  });
});
