import { describe, expect, it } from '@jest/globals';
import { addressDifference, seenAddress } from './seen-address.js';

describe('where a request came in', () => {
  it.each([
    [
      'a browser on the same machine',
      ['Host', 'localhost:3000', 'Sec-Fetch-Site', 'none'],
      'http://localhost:3000',
    ],
    [
      'a proxy that says everything',
      ['host', 'inside:3000', 'X-Forwarded-Host', 'id.example.org', 'X-Forwarded-Proto', 'https'],
      'https://id.example.org',
    ],
    [
      'several proxies',
      ['Host', 'b', 'X-Forwarded-Host', 'id.example.org, b', 'X-Forwarded-Proto', 'https, http'],
      'https://id.example.org',
    ],
    [
      'a proxy that does not say https',
      ['Host', 'id.example.org', 'Sec-Fetch-Site', 'none'],
      'https://id.example.org',
    ],
    ['plain http', ['Host', 'id.example.org:3000'], 'http://id.example.org:3000'],
    [
      'a default port',
      ['Host', 'id.example.org:443', 'X-Forwarded-Proto', 'https'],
      'https://id.example.org',
    ],
    ['IPv6', ['Host', '[::1]:3000'], 'http://[::1]:3000'],
    ['nothing', [], undefined],
    ['a value that looks like a name', ['Cookie', 'host', 'Host', 'id.example.org'], 'http://id.example.org'],
    ['no host', ['Host', '"><script>'], undefined],
    ['credentials', ['Host', 'ada@evil.example'], undefined],
    ['another scheme', ['Host', 'a', 'X-Forwarded-Proto', 'javascript'], undefined],
  ])('%s', (_, rawHeaders, expected) => {
    expect(seenAddress(rawHeaders)).toBe(expected);
  });

  it.each([
    ['https://id.example.org', 'https://id.example.org', undefined],
    ['http://id.example.org', 'https://id.example.org', 'scheme'],
    ['https://id.example.org:8443', 'https://id.example.org', 'port'],
    ['http://localhost:3000', 'https://id.example.org', 'host'],
  ])('%s instead of %s: %s', (seen, configured, difference) => {
    expect(addressDifference(seen, configured)).toBe(difference);
  });
});
