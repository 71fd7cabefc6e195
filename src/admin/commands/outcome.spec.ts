import { describe, expect, it } from '@jest/globals';
import { said, usage } from './outcome.js';

describe('what is printed of an outcome', () => {
  it('is its message, and what was not done is no output', () => {
    expect(said({ done: true, message: 'it is so' }, false)).toEqual({ text: 'it is so', to: 'output' });
    expect(said({ done: false, message: 'nobody' }, false)).toEqual({ text: 'nobody', to: 'errors' });
  });

  it('is one document of JSON where that is wanted, whatever came of it', () => {
    const parsed = (...args: Parameters<typeof said>) => JSON.parse(said(...args).text) as unknown;
    expect(parsed({ done: true, message: 'a\tb', facts: { groups: [] } }, true)).toEqual({
      done: true,
      groups: [],
    });
    expect(parsed({ done: true, message: 'it is so' }, true)).toEqual({ done: true, message: 'it is so' });
    expect(said({ done: false, message: 'nobody' }, true).to).toBe('output');
    const report = { done: false, exitCode: 30, message: '{"refused":1}', isJson: true };
    for (const wanted of [true, false])
      expect(said(report, wanted)).toEqual({ text: '{"refused":1}', to: 'output' });
  });

  it('is never output where the command was written wrongly', () => {
    for (const wanted of [true, false])
      expect(said(usage('so'), wanted)).toEqual({ text: 'so', to: 'errors' });
  });
});
