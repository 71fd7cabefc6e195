import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../../src/database/sql.js';
import { WebhookDeliveries } from '../../src/webhooks/webhook-deliveries.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { Instances } from '../support/instances.js';
import type { Person } from '../support/people.js';
import { Program } from '../support/program.js';
import type { TestServer } from '../support/server.js';
import { WebhookReceiver, withWebhooks } from '../support/webhook-receiver.js';

/** Longer than whoever was killed keeps a message for itself. */
const TAKEN_OVER = 31_000;

describe('kill -9 between a sign-in and what a webhook is told of it', () => {
  let receiver: WebhookReceiver;
  let instances: Instances;
  let server: TestServer;
  const people: Person[] = [];
  beforeAll(async () => {
    receiver = await WebhookReceiver.at();
    await receiver.up();
    const events = ['sign-in.completed'];
    instances = await Instances.start(1, {
      clients: withWebhooks({ id: 'all', url: receiver.url('all'), events }),
      env: { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' },
    });
    server = instances.first;
    for (let n = 0; n < 6; n++) {
      const person = somebody();
      await server.addPerson(person);
      people.push(person);
    }
  });
  afterAll(async () => {
    await instances.stop();
    await receiver.down();
  });

  /** The built program in the place of the server, with somebody before the button. */
  async function beforeTheSignIn(): Promise<{ program: Program; browser: Browser }> {
    await server.app.close();
    const program = new Program({
      ...instances.environment(Number(new URL(server.url).port)),
      GATEHOUSE_LOG_LEVEL: 'log',
    });
    await program.said('Gatehouse is ready');
    const browser = new Browser(server);
    await browser.open('/dashboard');
    return { program, browser };
  }
  const waiting = () =>
    server.app.get(Sql).rows<{ id: string }>('SELECT id FROM webhook_delivery WHERE due_at IS NOT NULL');
  const signedIn = async () =>
    (await server.app.get(Sql).rows("SELECT id FROM audit_event WHERE name = 'sign-in.completed'")).length;

  // First: the program's own clock does not move on with that of the test.
  it('while the receiver has it in its hands: it is told again, under the same id', async () => {
    const { program, browser } = await beforeTheSignIn();
    receiver.answer = () => {};
    await browser.enterPassword(people[0]!);
    const [first] = await receiver.heard(1);
    await program.ended('SIGKILL');
    receiver.answer = (res) => void res.writeHead(200).end();

    await server.restart();
    await server.app.get(WebhookDeliveries).run();
    // It is the one's that was killed until it is certain that that one is gone.
    expect(await receiver.heard(0)).toEqual([]);
    expect(await waiting()).toHaveLength(1);
    server.clock.advance(TAKEN_OVER);
    await server.app.get(WebhookDeliveries).run();
    const [again] = await receiver.heard(1);
    expect(again!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(again!.body).toBe(first!.body);
    expect(await waiting()).toEqual([]);
  }, 60_000);

  it('at any moment: the sign-in and its message are both there, or neither', async () => {
    let before = await signedIn();
    const ends: number[] = [];
    // In milliseconds; before the first nothing is written, after the last all is told.
    for (const [nth, moment] of [0, 40, 80, 120, 900].entries()) {
      const { program, browser } = await beforeTheSignIn();
      receiver.posts.length = 0;
      const signingIn = browser.enterPassword(people[nth + 1]!).catch(() => undefined);
      await pause(moment);
      await program.ended('SIGKILL');
      await signingIn;
      await server.restart();
      server.clock.advance(TAKEN_OVER);
      await server.app.get(WebhookDeliveries).run();
      const told = new Set((await receiver.heard(0)).map(({ headers }) => headers['webhook-id']));
      expect(await waiting()).toEqual([]);
      const after = await signedIn();
      expect(told.size).toBe(after - before);
      ends.push(told.size);
      before = after;
    }
    expect(ends.at(-1)).toBe(1);
  }, 120_000);
});
