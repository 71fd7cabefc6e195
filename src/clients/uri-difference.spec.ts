import { describe, expect, it } from '@jest/globals';
import { isExact, kept } from './kept-refusal.js';
import { differencesOf, elsewhere, nearestUri } from './uri-difference.js';

describe('what an address differs in from a registered one', () => {
  it.each([
    ['http://a.example/cb', 'https://a.example/cb', ['scheme']],
    ['https://a.example/cb/', 'https://a.example/cb', ['trailing-slash']],
    ['https://a.example', 'https://a.example/', ['spelling']],
    ['https://a.example/CB', 'https://a.example/cb', ['path-case']],
    ['https://a.example/callback', 'https://a.example/cb', ['path']],
    ['https://a.example:8443/cb', 'https://a.example/cb', ['port']],
    ['https://a.example:443/cb', 'https://a.example/cb', ['spelling']],
    ['https://A.example/cb', 'https://a.example/cb', ['spelling']],
    ['https://b.example/cb', 'https://a.example/cb', ['host']],
    ['https://a.example/cb?x=1', 'https://a.example/cb', ['query']],
    ['http://b.example:1/x?y', 'https://a.example/cb', ['scheme', 'host', 'port', 'path', 'query']],
    ['not an address', 'https://a.example/cb', ['other']],
    ['https://me@a.example/cb', 'https://a.example/cb', ['other']],
    ['org.evil.app:/cb', 'org.example.app:/cb', ['app-scheme']],
    ['http://localhost/cb', 'org.example.app://localhost/cb', ['app-scheme']],
    ['https://a.example/cb', 'https://a.example/cb', []],
  ])('%s instead of %s', (got, registered, differences) => {
    expect(differencesOf(got, registered)).toEqual(differences);
  });

  it.each([
    ['https://evil.example/cb', 'evil.example'],
    ['https://a.example.evil.example/cb', 'a.example.evil.example'],
    ['https://a.example:8443/x?y', undefined],
    ['http://b.example/cb', undefined],
    ['org.evil.app:/cb', 'org.evil.app:'],
    ['not an address', undefined],
  ])('%s is where nothing registered is: %s', (got, place) => {
    expect(elsewhere(got, ['https://a.example/cb', 'https://b.example/cb', 'org.example.app:/cb'])).toBe(
      place,
    );
  });

  it('the nearest one was meant', () => {
    const registered = ['https://b.example/other', 'https://a.example/cb', 'http://localhost/cb'];
    expect(nearestUri('https://a.example/cb/', registered)).toEqual({
      uri: 'https://a.example/cb',
      differences: ['trailing-slash'],
    });
    expect(nearestUri('https://a.example/cb', [])).toBeUndefined();
  });
});

describe('what is kept of something that was refused', () => {
  it.each([
    ['https://a.example/cb?x=1', 'https://a.example/cb?x=1', true],
    ['https://a.example/cb#access_token=secret', 'https://a.example/cb#…', false],
    ['https://me:secret@a.example/cb', 'https://…@a.example/cb', false],
    ['https://a.example/\u202e\u0000\n', 'https://a.example/\u{fffd}\u{fffd}\u{fffd}', false],
    ['\ud800', '\u{fffd}', false],
    ['https://ä.example/', 'https://ä.example/', false],
    [['a', 'b'], '["a","b"]', true],
    [undefined, '', false],
  ])('%j', (sent, value, exact) => {
    expect(kept(sent)).toBe(value);
    expect(isExact(kept(sent))).toBe(exact);
  });

  it('is bounded', () => {
    const long = kept(`https://a.example/${'x'.repeat(100_000)}`);
    expect(long).toHaveLength(500);
    expect(isExact(long)).toBe(false);
  });
});
