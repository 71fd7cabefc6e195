import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Audit } from '../../src/audit/audit.service.js';
import { Sql } from '../../src/database/sql.js';
import { WebhookDeliveries } from '../../src/webhooks/webhook-deliveries.js';
import { InternalAddress } from '../support/internal-address.js';
import { TestServer } from '../support/server.js';
import { WebhookReceiver, withWebhooks } from '../support/webhook-receiver.js';

const INTERNAL = { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' };
const events = ['account.enabled'];

/** Whoever is told can answer with anything. It costs nobody else anything, and leads nowhere. */
describe('a hostile receiver of a webhook', () => {
  let receiver: WebhookReceiver;
  let good: WebhookReceiver;
  let server: TestServer;
  let metadata: ReturnType<typeof createHttpServer>;
  let asked = 0;
  const said: string[] = [];
  beforeAll(async () => {
    [receiver, good] = [await WebhookReceiver.at(), await WebhookReceiver.at()];
    await receiver.up();
    await good.up();
    metadata = createHttpServer((_req, res) => {
      asked++;
      res.end('the credentials of this machine');
    });
    await new Promise<void>((listening) => metadata.listen(0, '127.0.0.1', listening));
    server = await TestServer.start({
      clients: withWebhooks(
        { id: 'bad', url: receiver.url('bad'), events },
        { id: 'good', url: good.url('good'), events },
      ),
      env: INTERNAL,
    });
  });
  afterAll(async () => {
    await server.stop();
    await receiver.down();
    await good.down();
    metadata.close();
  });

  const record = () => server.app.get(Audit).record('account.enabled', { accountId: 'somebody' });
  async function outcome(): Promise<string | null> {
    for (let waited = 0; waited < 15_000; waited += 50) {
      const [row] = await server.app
        .get(Sql)
        .rows<{ answer: string | null; state: string }>(
          "SELECT answer, state FROM webhook_delivery WHERE webhook_id = 'bad'",
        );
      if (row?.answer || row?.state === 'told') return row.answer;
      await pause(50);
    }
    throw new Error('nothing came of it');
  }
  async function answeredWith(answer: (res: ServerResponse) => void): Promise<string | null> {
    await server.app.get(Sql).run('DELETE FROM webhook_delivery');
    receiver.answer = answer;
    await record();
    const answered = await outcome();
    expect((await good.heard(1)).length).toBe(1);
    said.push(String(answered));
    return answered;
  }

  it.each([301, 302, 307, 308])('leads nowhere by a redirect (%i)', async (status) => {
    const { port } = metadata.address() as AddressInfo;
    const location = `http://127.0.0.1:${port}/latest/meta-data`;
    expect(await answeredWith((res) => void res.writeHead(status, { location }).end())).toBe(
      `it answered ${status}`,
    );
    expect(asked).toBe(0);
  });

  it('is not read, however much it has to say', async () => {
    let sent = 0;
    let isOver = false;
    const answer = await answeredWith((res) => {
      res.on('close', () => (isOver = true));
      res.writeHead(200);
      const more = () => {
        if (isOver || sent > 64 * 1024 * 1024) return;
        sent += 65_536;
        res.write(Buffer.alloc(65_536), more);
      };
      more();
    });
    expect(answer).toBeNull();
    await pause(200);
    expect(isOver).toBe(true);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('is given up after a while when it never answers, and holds nobody else up meanwhile', async () => {
    expect(await answeredWith(() => {})).toMatch(/aborted|timeout/i);
  }, 30_000);

  it('is told no more of what it calls gone', async () => {
    expect(await answeredWith((res) => void res.writeHead(410).end())).toBe('it answered 410');
    const rows = await server.app
      .get(Sql)
      .rows("SELECT state FROM webhook_delivery WHERE webhook_id = 'bad' AND due_at IS NULL");
    expect(rows).toEqual([{ state: 'failed' }]);
  });

  it('finds no words of its own in what is kept', () => {
    expect(said.join()).not.toContain('meta-data');
  });
});

describe('a webhook to an internal address', () => {
  let internal: InternalAddress;
  beforeAll(async () => {
    internal = await InternalAddress.listen();
  });
  afterAll(() => internal.close());

  it.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0.0.0.0'])(
    'never reaches %s',
    async (host) => {
      const url = `https://${host}:${internal.port}/hook`;
      const server = await TestServer.start({ clients: withWebhooks({ id: 'a', url, events }) });
      try {
        await server.app.get(Audit).record('account.enabled', {});
        let answer: string | null = null;
        for (let round = 0; answer === null && round < 100; round++) {
          await server.app.get(WebhookDeliveries).run();
          [{ answer }] = (await server.app.get(Sql).rows('SELECT answer FROM webhook_delivery')) as [
            { answer: string | null },
          ];
          await pause(20);
        }
        expect(answer).toMatch(/is an internal address; GATEHOUSE_INTERNAL_BACKCHANNEL=on allows/);
        expect(internal.connections).toBe(0);
      } finally {
        await server.stop();
      }
    },
  );
});
