import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verdict, WINDOW, type Count } from '../../src/attempts/throttle-rule.js';
import { Throttle } from '../../src/attempts/throttle.service.js';
import { TestServer } from '../support/server.js';

/** A repeatable stream of numbers from 0 to 1. */
function* numbers(seed: number): Generator<number, never> {
  for (;;) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield seed / 2_147_483_648;
  }
}

describe('the throttle', () => {
  let server: TestServer;
  let throttle: Throttle;
  beforeAll(async () => {
    server = await TestServer.start();
    throttle = server.app.get(Throttle);
  });
  afterAll(() => server.stop());

  const subject = (name: string) => ({ subject: name, isAccount: true, browserTokens: [] });

  it.each([1, 2, 3, 4])('decides in the database exactly as the rule says (walk %i)', async (seed) => {
    const random = numbers(seed);
    let count: Count | undefined;
    for (let step = 0; step < 150; step++) {
      const pace = [1_000, WINDOW / 12, WINDOW - 1_000, WINDOW + 1_000][Math.floor(random.next().value * 4)]!;
      server.clock.advance(pace * random.next().value);
      if (random.next().value < 0.03) {
        await throttle.succeeded('password', subject(`walker${seed}`));
        count = undefined;
      }
      const before = server.clock.now().getTime();
      const admission = await throttle.admit('password', subject(`walker${seed}`));
      // The clock runs while the database works; a verdict at either end of that moment is right.
      const expected = [before, server.clock.now().getTime()].map((now) => verdict('password', count, now));
      expect(expected.map(({ allowed }) => allowed)).toContain(admission.admitted);
      if (admission.admitted) count = expected.flatMap((each) => (each.allowed ? [each.next] : [])).at(-1);
      else expect(admission.retryAfterSeconds).toBeGreaterThan(0);
    }
  });

  it('lets exactly as many through when thirty knock at once', async () => {
    const admissions = await Promise.all(
      Array.from({ length: 30 }, () => throttle.admit('second-factor', subject('crowd'))),
    );
    expect(admissions.filter(({ admitted }) => admitted)).toHaveLength(5);
  });
});
