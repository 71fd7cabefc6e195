import { describe, expect, it } from '@jest/globals';
import type { ReceiptLine } from '../oidc/sessions/logout-notices.service.js';
import { entriesOf } from './receipt.js';

const client = (id: string) => ({
  id,
  name: id,
  logo: undefined,
  policyUri: undefined,
  color: undefined,
  tosUri: undefined,
});
const line = (id: string, more: Partial<ReceiptLine> = {}): ReceiptLine => ({
  client: client(id),
  state: 'told',
  tries: 1,
  nextTryAt: null,
  tokenUntil: null,
  ...more,
});

describe('a receipt', () => {
  it('has one entry for each application, by name', () => {
    const entries = entriesOf([line('photos'), line('notes'), line('photos')]);
    expect(entries.map((entry) => [entry.client.id, entry.state])).toEqual([
      ['notes', 'told'],
      ['photos', 'told'],
    ]);
  });

  it('says the worst of what became of an application’s sessions', () => {
    const state = (...states: ReceiptLine['state'][]) =>
      entriesOf(states.map((each) => line('notes', { state: each })))[0]!.state;
    expect(state('told', 'failed', 'waiting')).toBe('failed');
    expect(state('told', 'cannot')).toBe('cannot');
  });

  it('tells a first try that is under way from one that failed', () => {
    const waiting = { state: 'waiting', nextTryAt: 1_000 } as const;
    expect(entriesOf([line('notes', { ...waiting, tries: 0 })])).toMatchObject([
      { state: 'first-try', nextTryAt: undefined },
    ]);
    const [entry] = entriesOf([
      line('notes', { ...waiting, tries: 2, nextTryAt: 9_000 }),
      line('notes', { ...waiting, tries: 1, nextTryAt: 3_000 }),
    ]);
    expect(entry).toMatchObject({ state: 'waiting', nextTryAt: new Date(3_000) });
  });

  it('names the latest token of an application that was not told, and none of one that was', () => {
    const [entry] = entriesOf([
      line('notes', { state: 'cannot', tokenUntil: 5_000 }),
      line('notes', { state: 'cannot', tokenUntil: 7_000 }),
    ]);
    expect(entry!.tokenUntil).toEqual(new Date(7_000));
    expect(entriesOf([line('notes', { tokenUntil: 5_000 })])[0]!.tokenUntil).toBeUndefined();
  });
});
