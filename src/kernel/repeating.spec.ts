import { describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { Repeating } from './repeating.js';

describe('repeated work', () => {
  it('is done one round at a time, and the last one is waited for', async () => {
    let [begun, ended, most] = [0, 0, 0];
    const repeating = new Repeating(
      async () => {
        begun++;
        most = Math.max(most, begun - ended);
        await setTimeout(15);
        ended++;
      },
      () => {},
    );
    repeating.start(2);
    while (ended < 2) await setTimeout(2);
    while (begun === ended) await setTimeout(1);
    await repeating.stop();
    expect([most, ended]).toEqual([1, begun]);
    await setTimeout(20);
    expect(ended).toBe(begun);
  });

  it('tells a trouble once, another one too, and again after a round that went well', async () => {
    const told: string[] = [];
    const outcomes = ['away', 'away', 'full', undefined, 'full'];
    const repeating = new Repeating(
      () => {
        const message = outcomes.shift();
        return message === undefined ? Promise.resolve() : Promise.reject(new Error(message));
      },
      ({ message }) => told.push(message),
    );
    for (let n = 0; n < 5; n++) await repeating.round();
    expect(told).toEqual(['away', 'full', 'full']);
  });
});
