import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Application } from '../support/application.js';
import { APIS, machineToken } from '../support/apis.js';
import { Balancer } from '../support/balancer.js';
import { Browser } from '../support/browser.js';
import { TestClock } from '../support/clock.js';
import { database, freshPostgresql } from '../support/database.js';
import { somebody } from '../support/enrolled.js';
import { Program } from '../support/program.js';
import { freePort, type TestServer } from '../support/server.js';

/** Longer than the balancer takes to notice: two checks, a second each. */
const STOP_DELAY = 4;

describe('two instances behind HAProxy, restarted one after the other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rolling-'));
  let drop = () => Promise.resolve();
  let balancer: Balancer;
  let ports: [number, number];
  let programs: Program[];
  let server: TestServer;
  let env: Record<string, string>;
  const start = async (port: number) => {
    const program = new Program({ ...env, GATEHOUSE_PORT: String(port) });
    await program.said('Gatehouse is ready', 50_000);
    return program;
  };

  beforeAll(async () => {
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    drop = () => fresh?.drop() ?? Promise.resolve();
    const port = await freePort();
    ports = [await freePort(), await freePort()];
    writeFileSync(join(folder, 'clients.yaml'), APIS);
    env = {
      GATEHOUSE_URL: `http://localhost:${port}`,
      GATEHOUSE_DATA_DIR: folder,
      GATEHOUSE_STOP_DELAY: `${STOP_DELAY}s`,
      GATEHOUSE_LOG_LEVEL: 'error',
      ...(fresh ? { DATABASE_URL: fresh.url } : {}),
    };
    programs = await Promise.all(ports.map(start));
    balancer = await Balancer.start(folder, port, ports);
    server = { url: env['GATEHOUSE_URL']!, clock: new TestClock() } as unknown as TestServer;
  }, 60_000);
  afterAll(async () => {
    await balancer.stop();
    for (const program of programs) await program.ended('SIGTERM');
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Over and over until it is over; what goes wrong is kept. */
  const drive = async (isOver: () => boolean, failures: string[], work: () => Promise<void>) => {
    let done = 0;
    while (!isOver()) {
      try {
        await work();
        done++;
      } catch (error) {
        failures.push(`after ${done}: ${(error as Error).message}`);
      }
      await pause(10);
    }
    return done;
  };

  const signUpAndIn = async () => {
    const person = somebody();
    const browser = new Browser(server);
    await browser.register(person);
    const notes = new Application(server, 'notes');
    const another = new Browser(server);
    await another.open(notes.authorizationUrl());
    await another.enterPassword(person);
    const tokens = await notes.redeem(notes.codeFrom(another));
    if (tokens.status !== 200) throw new Error(`the code is answered with ${tokens.status}`);
  };
  const askForToken = async () => {
    const { status } = await machineToken(server, 'meter');
    if (status !== 200) throw new Error(`a machine is answered with ${status}`);
  };
  const ready = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    return (
      answer && { code: answer.status, said: await answer.json(), next: answer.headers.get('connection') }
    );
  };

  it('lose no request, and share the work again afterwards', async () => {
    const failures: string[] = [];
    let isOver = false;
    const driving = [signUpAndIn, signUpAndIn, askForToken, askForToken].map((work) =>
      drive(() => isOver, failures, work),
    );
    await pause(1_000);
    for (const index of [0, 1] as const) {
      const ending = programs[index]!.ended('SIGTERM');
      await pause(STOP_DELAY * 500);
      expect(await ready(ports[index])).toEqual({
        code: 503,
        said: { status: 'stopping' },
        next: 'close',
      });
      await ending;
      await pause(500);
      programs[index] = await start(ports[index]);
      // HAProxy has to have noticed before the other one goes.
      await pause(2_500);
    }
    isOver = true;
    const done = await Promise.all(driving);
    expect(failures).toEqual([]);
    expect(Math.min(...done)).toBeGreaterThan(5);
  }, 120_000);
});
