import { describe, expect, it } from '@jest/globals';
import { apiDraftMistakes, apiInOrder } from './api-draft.js';

const ISSUER = 'https://id.example.org/auth';
const ORDERS = { identifier: 'https://orders.example.org/' };
const mistakes = (fields: Record<string, unknown>) =>
  apiDraftMistakes(fields, { issuer: ISSUER }).map(({ field = '', what }) => [field, what]);

describe('an API that somebody else than the clients file declares', () => {
  it('is fine with an identifier, and with all that there is', () => {
    expect(mistakes(ORDERS)).toEqual([]);
    expect(
      mistakes({
        identifier: 'urn:example:orders',
        name: 'Orders',
        scopes: ['orders:write', { name: 'orders:read', description: 'See what you ordered' }],
        access_token_format: 'opaque',
        access_token_lifetime: 300,
        access_token_signed_response_alg: 'ES256',
        client_id: 'orders-api',
      }),
    ).toEqual([]);
  });

  it.each([
    [{}, 'identifier', 'identifier is missing'],
    [{ identifier: '' }, 'identifier', 'identifier: write an absolute URI'],
    [{ identifier: 'orders' }, 'identifier', 'identifier: write an absolute URI'],
    [{ identifier: ['https://a.example/'] }, 'identifier', 'identifier: write an absolute URI'],
    [{ identifier: 'https://a.example/#x' }, 'identifier', 'identifier: leave out the fragment (#…)'],
    [{ identifier: ' https://a.example/' }, 'identifier', /without spaces and control characters/],
    [{ identifier: 'https://a.example/a b' }, 'identifier', /without spaces and control characters/],
    [{ identifier: 'https://a.example/\0' }, 'identifier', /without spaces and control characters/],
    [{ identifier: 'https://a.example/\u202e' }, 'identifier', /without spaces and control characters/],
    [{ identifier: 'https://a.example/\ud800' }, 'identifier', /without spaces and control characters/],
    [{ identifier: `https://a.example/${'a'.repeat(240)}` }, 'identifier', /write at most 255 characters/],
    [{ ...ORDERS, name: ' ' }, 'name', 'name: write a text'],
    [{ ...ORDERS, name: 'Or\0ders' }, 'name', 'name: there is a character that cannot be kept'],
    [{ ...ORDERS, name: 'Or\nders' }, 'name', 'name: write one line, without control characters'],
    [{ ...ORDERS, name: 'x'.repeat(201) }, 'name', 'name: write at most 200 characters for people to read'],
    [{ ...ORDERS, scopes: 'a b' }, 'scopes', 'scopes: write a list'],
    [{ ...ORDERS, scopes: ['a b'] }, 'scopes', 'scopes: write a scope without spaces and quotes'],
    [{ ...ORDERS, scopes: ['a"b'] }, 'scopes', 'scopes: write a scope without spaces and quotes'],
    [{ ...ORDERS, scopes: ['ä'] }, 'scopes', 'scopes: write a scope without spaces and quotes'],
    [{ ...ORDERS, scopes: ['x'.repeat(101)] }, 'scopes', 'scopes: write a scope without spaces and quotes'],
    [{ ...ORDERS, scopes: [null] }, 'scopes', 'scopes: write a scope without spaces and quotes'],
    [{ ...ORDERS, scopes: ['openid'] }, 'scopes', 'scopes: "openid" is about people: choose another name'],
    [{ ...ORDERS, scopes: [{ name: 'offline_access' }] }, 'scopes', /"offline_access" is about people/],
    [{ ...ORDERS, scopes: ['gatehouse:users.write'] }, 'scopes', /those of the API of Gatehouse itself/],
    [{ ...ORDERS, scopes: ['a', { name: 'a' }] }, 'scopes', 'scopes: "a" stands there more than once'],
    [
      { ...ORDERS, scopes: [{ name: 'a', secret: 1 }] },
      'scopes',
      'scopes: "secret" is not a field of a scope',
    ],
    [{ ...ORDERS, scopes: [{ name: 'a', description: 'a\nb' }] }, 'scopes', /write one line/],
    [{ ...ORDERS, scopes: [{ name: 'a', description: 'x'.repeat(501) }] }, 'scopes', /at most 500/],
    [{ ...ORDERS, access_token_format: 'xml' }, 'access_token_format', /write one of: jwt, opaque/],
    [{ ...ORDERS, access_token_signed_response_alg: 'none' }, 'access_token_signed_response_alg', /RS256/],
    [{ ...ORDERS, access_token_lifetime: 29 }, 'access_token_lifetime', /from 30 to 86400/],
    [{ ...ORDERS, access_token_lifetime: '300' }, 'access_token_lifetime', /from 30 to 86400/],
    [{ ...ORDERS, origin: 'file' }, '', /"origin" is not a field of an API; there are: identifier, name/],
    [JSON.parse('{"identifier":"https://a.example/","__proto__":1}'), '', /"__proto__" is not a field/],
    [{ ...ORDERS, scopes: Array.from({ length: 900 }, (_, n) => `scope:${n}`) }, '', /more than 8000 bytes/],
  ] as [Record<string, unknown>, string, string | RegExp][])('is not %j', (fields, field, what) => {
    expect(mistakes(fields)).toEqual([
      [field, typeof what === 'string' ? what : (expect.stringMatching(what) as unknown)],
    ]);
  });

  it.each([
    `${ISSUER}/api/v1`,
    `${ISSUER}/api/v1/`,
    `${ISSUER}/api/v1//`,
    `${ISSUER}/api/v1?x=1`,
    `${ISSUER}/api/v1/users`,
    'https://ID.example.org/auth/api/v1',
    'https://id.example.org:443/auth/api/v1',
    'https://id.example.org/other/../auth/api/v1',
  ])('is not %s, which is the API of Gatehouse itself or looks like it', (identifier) => {
    expect(mistakes({ identifier })).toEqual([
      ['identifier', expect.stringContaining('is the API of Gatehouse itself') as unknown],
    ]);
  });

  it.each([`${ISSUER}/api/v2`, `${ISSUER}/api/v10`, 'http://id.example.org/auth/api/v1', 'urn:a:b'])(
    'may be %s',
    (identifier) => expect(mistakes({ identifier })).toEqual([]),
  );

  it('is kept in the order of its description', () => {
    expect(Object.keys(apiInOrder({ client_id: 'a', scopes: [], ...ORDERS }))).toEqual([
      'identifier',
      'scopes',
      'client_id',
    ]);
  });
});
