import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { ClientHoldings } from './client-holdings.js';

describe('what removed clients hold', () => {
  it('is looked for by one look at a time, and a failed one holds no other up', async () => {
    let [looking, most, looks] = [0, 0, 0];
    const sql = {
      rows: async () => {
        most = Math.max(most, ++looking);
        await turn();
        looking--;
        if (++looks === 2) throw new Error('the database is away');
        return [];
      },
    };
    const records = { revokeGrantHash: () => Promise.resolve() };
    const seal = { client: (id: string) => id };
    const holdings = new ClientHoldings(sql as never, seal as never, records as never, {} as never);
    const ended = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => holdings.end(`app-${n}`)));
    expect(most).toBe(1);
    expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    // Each at what is known to be its, and at what is of before.
    expect(looks).toBe(2 * 20);
  });
});
