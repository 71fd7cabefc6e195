import { describe, expect, it } from '@jest/globals';
import { actingChain } from './acting-chain.js';

describe('who acts for whom', () => {
  it('the latest one stands first', () => {
    const chain = ['a', 'b', 'c'].reduce<unknown>((before, id) => actingChain(id, before), undefined);
    expect(chain).toEqual({ sub: 'c', act: { sub: 'b', act: { sub: 'a' } } });
  });

  it('nobody comes twice', () => {
    expect(() => actingChain('a', { sub: 'b', act: { sub: 'a' } })).toThrow('invalid_request');
  });

  it('it ends', () => {
    const three = { sub: 'c', act: { sub: 'b', act: { sub: 'a' } } };
    expect(() => actingChain('d', three)).toThrow('invalid_request');
  });
});
