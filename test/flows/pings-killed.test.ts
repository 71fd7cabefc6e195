import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../../src/database/sql.js';
import { PingDelivery } from '../../src/oidc/devices/ping-delivery.service.js';
import { Browser } from '../support/browser.js';
import { BackchannelApplication, cibaClients, PingListener } from '../support/ciba.js';
import { somebody } from '../support/enrolled.js';
import { Instances } from '../support/instances.js';
import type { Person } from '../support/people.js';
import { Program } from '../support/program.js';
import type { TestServer } from '../support/server.js';

/** Longer than whoever was killed keeps a ping for itself. */
const TAKEN_OVER = 31_000;

describe('kill -9 between an answer and the ping about it', () => {
  let listener: PingListener;
  let instances: Instances;
  let server: TestServer;
  const people: Person[] = [];
  beforeAll(async () => {
    listener = await PingListener.at();
    await listener.up();
    instances = await Instances.start(1, {
      clients: cibaClients(listener.address),
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
    await listener.down();
  });

  /** The built program in the place of the server, with somebody before the button; another one is to take over from it. */
  async function beforeTheAnswer(person: Person) {
    await server.app.close();
    const program = new Program({
      ...instances.environment(Number(new URL(server.url).port)),
      GATEHOUSE_LOG_LEVEL: 'log',
    });
    await program.said('Gatehouse is ready');
    const calls = new BackchannelApplication(server, 'calls');
    expect((await calls.ask(person.username)).status).toBe(200);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/approvals');
    return { program, calls, browser };
  }
  async function takeOver(): Promise<void> {
    await server.restart();
    server.clock.advance(TAKEN_OVER);
    await server.app.get(PingDelivery).run();
  }
  const left = () => server.app.get(Sql).rows('SELECT id FROM ping_notice');
  const ofRequest = (calls: BackchannelApplication) => (ping: { body: string; authorization?: string }) =>
    ping.body === JSON.stringify({ auth_req_id: calls.authReqId }) &&
    ping.authorization === 'Bearer a-token-of-the-application';

  // First: the program's own clock does not move on with that of the test.
  it('while the application has it in its hands: it is told again', async () => {
    const { program, calls, browser } = await beforeTheAnswer(people[0]!);
    listener.silent = true;
    await browser.press('approve-0');
    const [first] = await listener.heard(1);
    await program.ended('SIGKILL');
    listener.silent = false;

    await server.restart();
    await server.app.get(PingDelivery).run();
    // It is the one's that was killed until it is certain that that one is gone.
    expect(await listener.heard(0)).toEqual([]);
    expect(await left()).toHaveLength(1);
    server.clock.advance(TAKEN_OVER);
    await server.app.get(PingDelivery).run();
    const [again] = await listener.heard(1);
    expect([first!, again!].every(ofRequest(calls))).toBe(true);
    expect(await left()).toEqual([]);
    expect((await calls.pollAtOnce()).status).toBe(200);
  }, 60_000);

  it('at any moment: the answer and its ping are both there, or neither', async () => {
    const ends: string[] = [];
    // In milliseconds; before the first nothing is written, after the last all is sent.
    for (const [nth, moment] of [0, 5, 10, 30, 400].entries()) {
      const { program, calls, browser } = await beforeTheAnswer(people[nth + 1]!);
      listener.pings.length = 0;
      const answering = browser.press('approve-0').catch(() => undefined);
      await pause(moment);
      await program.ended('SIGKILL');
      await answering;
      await takeOver();
      const pings = listener.pings.splice(0);
      expect(pings.every(ofRequest(calls))).toBe(true);
      expect(await left()).toEqual([]);
      const { status, body } = await calls.pollAtOnce();
      ends.push(status === 200 ? 'answered' : (body['error'] as string));
      // Told of twice it may be, where the first one was not heard of any more.
      if (status === 200) expect([1, 2]).toContain(pings.length);
      else expect([body['error'], pings.length]).toEqual(['authorization_pending', 0]);
    }
    expect(ends.at(-1)).toBe('answered');
  }, 120_000);
});
