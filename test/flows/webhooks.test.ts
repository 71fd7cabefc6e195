import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { WebhookCommands } from '../../src/admin/commands/webhook-commands.js';
import { ImportCommands } from '../../src/admin/imports/import-commands.js';
import { Audit } from '../../src/audit/audit.service.js';
import { Sql } from '../../src/database/sql.js';
import { DAY, HOUR, SECOND } from '../../src/kernel/clock.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { WebhookDeliveries } from '../../src/webhooks/webhook-deliveries.js';
import { MOST_WAITING } from '../../src/webhooks/webhook-outbox.js';
import { Webhooks } from '../../src/webhooks/webhooks.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { troubles } from '../support/doctor.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { ForeignFiles } from '../support/foreign-users.js';
import { Instances } from '../support/instances.js';
import type { TestServer } from '../support/server.js';
import {
  NEXT_SECRET,
  SECRET,
  WebhookReceiver,
  withWebhooks,
  type Received,
} from '../support/webhook-receiver.js';

const BY = { by: 'shell' };

describe('webhooks are told of what happens', () => {
  let receiver: WebhookReceiver;
  let instances: Instances;
  let server: TestServer;
  beforeAll(async () => {
    receiver = await WebhookReceiver.at();
    await receiver.up();
    // Two instances look through one outbox all the while: nothing may arrive twice.
    instances = await Instances.start(2, {
      clients: declared(),
      env: { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' },
    });
    server = instances.first;
  });
  afterAll(async () => {
    await instances.stop();
    await receiver.down();
  });
  beforeEach(async () => {
    await receiver.down();
    await receiver.up();
    await apply(declared());
    await sql().run('DELETE FROM webhook_delivery');
    receiver.posts.length = 0;
    receiver.answer = (res) => void res.writeHead(204).end();
  });

  function declared(more: { secret?: string; previous_secret?: string; events?: string[] } = {}): string {
    const url = receiver.url('signed');
    return withWebhooks({ id: 'signed', url, events: ['sign-in.completed', 'account.*'], ...more });
  }
  const sql = () => server.app.get(Sql);
  const webhooks = () => server.app.get(Webhooks);
  const deliver = () => Promise.all(instances.all.map(({ app }) => app.get(WebhookDeliveries).run()));
  const found = async () => {
    const all = await troubles(server.env, { clock: server.clock });
    return all.filter(({ check }) => check === 'webhooks').map(({ cause, says }) => [cause, says]);
  };
  const shell = (...args: Parameters<WebhookCommands['run']>) => server.app.get(WebhookCommands).run(...args);
  const record = (accountId?: string) => server.app.get(Audit).record('account.enabled', { accountId });
  async function apply(text: string): Promise<void> {
    writeFileSync(join(server.dataDir, 'clients.yaml'), text);
    await server.app.get(ClientCommands).run('clients apply');
  }
  const verified = ({ body, headers }: Received, secret = SECRET) =>
    new Webhook(secret).verify(body, headers as Record<string, string>);
  async function tried(count: number): Promise<void> {
    for (let round = 0; round < 100; round++) {
      await deliver();
      const rows = await sql().rows<{ tries: number; answer: string | null }>(
        'SELECT tries, answer FROM webhook_delivery',
      );
      if (rows.some(({ tries, answer }) => tries >= count && answer !== null)) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`not tried ${count} times`);
  }

  it('of a sign-in: signed, once, and with what the documents say of it', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    const browser = new Browser(server);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    notes.codeFrom(browser);
    const [told, ...more] = await receiver.heard(1);
    expect(more).toEqual([]);
    expect(verified(told!)).toEqual(told!.message);
    expect(told!.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(told!.message).toEqual({
      type: 'sign-in.completed',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        sub: id,
        username: person.username,
        client_id: 'notes',
        result: 'success',
        ip: expect.stringMatching(/127\.0\.0\.1|::1/),
        acr: expect.any(String),
        amr: ['pwd', 'otp', 'mfa'],
      },
    });
    expect(() => verified({ ...told!, body: told!.body.replace('success', 'failure') })).toThrow();
    expect(() => verified(told!, NEXT_SECRET)).toThrow();
    // What was told is kept no longer; that it was told is.
    expect(await sql().rows('SELECT state, username, data FROM webhook_delivery')).toEqual([
      { state: 'told', username: null, data: null },
    ]);
  });

  it('of what they asked for, and of nothing else', async () => {
    await server.app.get(Audit).record('password.changed', { accountId: 'somebody' });
    await record('somebody');
    expect((await receiver.heard(1)).map(({ message }) => message.type)).toEqual(['account.enabled']);
  });

  it('with facts that are documented, and never with another', async () => {
    await apply(declared({ events: ['*'] }));
    await receiver.heard(1);
    const detail = {
      by: 'shell',
      reason: 'what an operator wrote',
      address: 'ada@example.org',
      password: 'x',
    };
    await server.app.get(Audit).record('account.disabled', { accountId: 'somebody', detail });
    const [told] = await receiver.heard(1);
    expect(told!.message.data).toEqual({ sub: 'somebody', result: 'success', by: 'shell' });
  });

  it('of a deleted account: that it is gone, and of nothing that waited', async () => {
    const { id } = await server.addPerson(somebody());
    await receiver.down();
    await record(id);
    await tried(1);
    await server.app.get(AccountDeletion).request(id);
    server.clock.advance(8 * DAY);
    await server.app.get(AccountDeletion).deleteDue(10);
    expect(await sql().rows('SELECT id FROM webhook_delivery WHERE account_id = ?', id)).toEqual([]);
    await receiver.up();
    server.clock.advance(HOUR);
    await deliver();
    expect(
      (await receiver.heard(1)).map(({ message: { type, data } }) => [type, data['sub'], data['username']]),
    ).toEqual([['account.deleted', id, undefined]]);
  });

  it('of people who are brought from another program, in the commit that makes their accounts', async () => {
    const files = new ForeignFiles();
    const { username, email } = somebody();
    const lines = [
      { format: 'gatehouse-users', version: 1 },
      { username, email },
    ];
    const file = files.written(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { message } = await server.app.get(ImportCommands).run('import', ['gatehouse', file]);
    files.remove();
    expect(JSON.parse(message)).toMatchObject({ created: 1 });
    const [told] = await receiver.heard(1);
    expect(told!.message).toMatchObject({
      type: 'account.registered',
      data: { sub: expect.any(String), username, by: 'shell', import: 'gatehouse' },
    });
  });

  it('by two secrets while the receiver moves from one to the next', async () => {
    await apply(declared({ secret: NEXT_SECRET, previous_secret: SECRET }));
    await record();
    const [told] = await receiver.heard(1);
    expect(told!.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    for (const secret of [SECRET, NEXT_SECRET]) expect(verified(told!, secret)).toEqual(told!.message);

    await apply(declared({ secret: NEXT_SECRET }));
    await record();
    const [last] = await receiver.heard(1);
    expect(verified(last!, NEXT_SECRET)).toEqual(last!.message);
    expect(() => verified(last!)).toThrow();
  });

  it('after the receiver was down, under the same id and with the same body, however many look', async () => {
    receiver.answer = (res) => void res.writeHead(503).end();
    await record('somebody');
    const [refused] = await receiver.heard(1);
    await tried(1);
    await receiver.down();
    server.clock.advance(2 * SECOND);
    await tried(2);
    await server.restart();
    receiver.answer = (res) => void res.writeHead(200).end('{}');
    await receiver.up();
    server.clock.advance(10 * SECOND);
    await Promise.all([deliver(), deliver()]);
    const [told, ...more] = await receiver.heard(1);
    expect(more).toEqual([]);
    expect(told!.headers['webhook-id']).toBe(refused!.headers['webhook-id']);
    expect(told!.body).toBe(refused!.body);
    const sent = [refused!, told!].map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(sent[1]! - sent[0]!).toBeGreaterThanOrEqual(12);
  });

  it('for a day; what was given up is told once more when an operator says so', async () => {
    await receiver.down();
    await record('somebody');
    for (let n = 0; n < 20; n++) {
      await deliver();
      await new Promise((later) => setTimeout(later, 100));
      server.clock.advance(3 * HOUR);
      if ((await webhooks().list())[0]!.givenUp === 1) break;
    }
    const [state] = await webhooks().list();
    expect(state).toMatchObject({ id: 'signed', waiting: 0, givenUp: 1, failingSince: undefined });
    expect(await found()).toEqual([['webhook-failing', 'signed was not told of all that happened']]);
    const { deliveries } = await webhooks().deliveries('signed');
    expect(deliveries[0]).toMatchObject({ event: 'account.enabled', state: 'failed' });
    expect((await shell('webhooks', [])).message).toContain('1 given up');

    await receiver.up();
    expect(await shell('webhooks retry', [deliveries[0]!.id])).toMatchObject({ done: true });
    expect((await receiver.heard(1)).map(({ headers }) => headers['webhook-id'])).toEqual([
      deliveries[0]!.id,
    ]);
    expect(await shell('webhooks retry', [deliveries[0]!.id])).toMatchObject({ done: false });
    expect(await shell('webhooks retry', ['nobody'])).toMatchObject({ done: false });
    expect((await shell('webhooks retry', ['signed'])).message).toMatch(/^0 /);
  });

  it('by a test, which says what came of it', async () => {
    expect(await shell('webhooks test', ['signed'])).toMatchObject({ done: true });
    const [told] = await receiver.heard(1);
    expect(verified(told!)).toMatchObject({ type: 'webhook.test', data: { result: 'success' } });
    receiver.answer = (res) => void res.writeHead(401).end();
    const refused = await shell('webhooks test', ['signed']);
    expect(refused).toMatchObject({ done: false, message: expect.stringContaining('it answered 401') });
    expect(await shell('webhooks test', ['nobody'])).toMatchObject({ done: false });
    expect((await shell('webhooks deliveries', ['signed'])).message.split('\n')).toHaveLength(2);
  });

  it('no more once one is removed: what waits for it ends, and it is in the log who did that', async () => {
    await receiver.down();
    await record('somebody');
    await tried(1);
    await apply(withWebhooks());
    expect(await sql().rows('SELECT id FROM webhook_delivery')).toEqual([]);
    await record('somebody');
    await apply(declared());
    await receiver.up();
    server.clock.advance(DAY);
    await deliver();
    expect(await receiver.heard(0)).toEqual([]);
    await apply(declared({ secret: NEXT_SECRET, events: ['account.*'] }));
    const rows = await sql().rows<{ name: string; detail: unknown }>(
      "SELECT name, detail FROM audit_event WHERE name LIKE 'webhook.%' ORDER BY id DESC LIMIT 3",
    );
    expect(rows.map(({ name }) => name)).toEqual(['webhook.changed', 'webhook.added', 'webhook.removed']);
    const change = JSON.stringify(rows[0]!.detail);
    expect(change).toContain('signed');
    expect(change).toContain('not shown');
  });

  it('as far as there is room: a receiver that is gone does not fill the disk', async () => {
    const now = server.clock.now().getTime() + DAY;
    await sql().run(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MOST_WAITING - 1})
       INSERT INTO webhook_delivery (id, webhook_id, event, data, state, tries, due_at, gives_up_at, created_at)
       SELECT 'waiting-' || n, 'signed', 'account.enabled', '{}', 'waiting', 1, ${now}, ${now}, ${now} FROM numbers`,
    );
    for (let n = 0; n < 3; n++) await record('somebody');
    const [row] = await sql().rows<{ n: number | string }>('SELECT COUNT(*) AS n FROM webhook_delivery');
    expect(Number(row!.n)).toBeLessThanOrEqual(MOST_WAITING + 1);
    expect((await receiver.heard(1)).length).toBeLessThan(3);
    await sql().run("UPDATE webhook_delivery SET due_at = ? WHERE state = 'told'", now);
    expect(await webhooks().test('signed', BY)).toBe('full');
    expect((await shell('webhooks', [])).message).toContain('and no more are taken');
    expect((await found()).map(([cause]) => cause)).toEqual(['webhook-full']);
  });

  it('and what is a week old is removed', async () => {
    await record('somebody');
    await receiver.heard(1);
    server.clock.advance(8 * DAY);
    await server.app.get(CleanUp).run();
    expect(await sql().rows('SELECT id FROM webhook_delivery')).toEqual([]);
  });

  it('and their secrets are nowhere in the clear', async () => {
    const all = [];
    for (const table of ['declaration', 'audit_event', 'webhook_delivery'])
      all.push(await sql().rows(`SELECT * FROM ${table}`));
    const text = JSON.stringify(all);
    expect(text).toContain('signed');
    for (const secret of [SECRET, NEXT_SECRET]) expect(text).not.toContain(secret.slice('whsec_'.length, 40));
  });
});
