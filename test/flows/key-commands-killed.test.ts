import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { KeyTable } from '../../src/keys/key-table.js';
import { idToken, kidOf } from '../support/id-token.js';
import { Instances } from '../support/instances.js';
import { publishedKids } from '../support/key-cache.js';
import { Program } from '../support/program.js';
import { freePort } from '../support/server.js';

const HOUR = 3_600_000;

describe('a command that changes keys', () => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await Instances.start(1);
  });
  afterAll(() => instances.stop());

  it('may be killed at any moment: all of a key is there or nothing, and the next one goes on', async () => {
    const { first } = instances;
    const env = instances.environment(await freePort());
    const rotate = () => Program.shell(env, 'rotate-keys');
    const measured = performance.now();
    const help = Program.shell(env, 'keys');
    expect(await help.ended()).toBe(0);
    const whole = performance.now() - measured;
    for (let part = 0.5; part < 1.2; part += 0.1) {
      const shell = rotate();
      await pause(whole * part);
      await shell.ended('SIGKILL');
    }
    const shell = rotate();
    expect(await shell.ended()).toBe(0);
    expect(shell.output).toMatch(/RS256: \S+ is published.*\nES256: \S+ is published/);

    const [old] = await publishedKids(first.url);
    // The server hears of it by itself, without a restart.
    const asked = performance.now();
    while ((await publishedKids(first.url)).length < 4 && performance.now() - asked < 60_000)
      await pause(500);
    expect(await publishedKids(first.url)).toHaveLength(4);
    expect(kidOf(await idToken(first.app, 'notes', HOUR))).toBe(old);
    const table = first.app.get(KeyTable);
    for (const key of await table.all()) expect(table.open(key).kid).toBe(key.kid);
  }, 120_000);
});
