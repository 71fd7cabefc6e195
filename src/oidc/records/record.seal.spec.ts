import { describe, expect, it, jest } from '@jest/globals';
import { Secrets } from '../../kernel/secrets.js';
import { RecordSeal } from './record.seal.js';

describe('the seal of records', () => {
  const secrets = new Secrets(Buffer.alloc(32, 7));
  const openings = jest.spyOn(secrets, 'open');

  it.each([
    ['is not opened again while the same is stored', 100, 0],
    ['is opened each time where strangers sent much: memory is not theirs to fill', 20_000, 2],
  ])('%s', (_what, length, times) => {
    openings.mockClear();
    const seal = new RecordSeal(secrets);
    const payload = { params: { state: 'x'.repeat(length) } };
    const sealed = seal.seal('Interaction', 'hash', payload);
    expect(seal.open('Interaction', 'hash', sealed)).toEqual(payload);
    expect(seal.open('Interaction', 'hash', sealed)).toEqual(payload);
    expect(openings).toHaveBeenCalledTimes(times);
  });
});
