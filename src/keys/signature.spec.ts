import { beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey, sign } from 'node:crypto';
import { makeKey, publicHalf, type Jwk } from './algorithms.js';
import { signedBy } from './signature.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(key: Jwk, header: object = {}): string {
  const signed = `${encode({ alg: key.alg, kid: key.kid, ...header })}.${encode({ sub: 'a' })}`;
  const options = {
    key: createPrivateKey({ key, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363' as const,
  };
  return `${signed}.${sign('sha256', Buffer.from(signed), options).toString('base64url')}`;
}

describe('a token that says it is ours', () => {
  let [rsa, ec, gone]: Jwk[] = [];
  let published: Jwk[];
  beforeAll(async () => {
    [rsa, ec, gone] = await Promise.all(['RS256', 'ES256', 'ES256'].map(makeKey));
    published = [publicHalf(rsa!), publicHalf(ec!)];
  });

  it('is, where a published key has signed it', () => {
    for (const key of [rsa!, ec!]) {
      const token = signedBy(published, jwt(key));
      expect(token).toMatchObject({ header: { kid: key.kid }, claims: { sub: 'a' } });
    }
  });

  it('is not, signed by another key, under another algorithm, changed, or no token at all', () => {
    const [head, payload, signature] = jwt(ec!).split('.') as [string, string, string];
    for (const other of [
      jwt(gone!),
      jwt(gone!, { kid: ec!.kid }),
      jwt(ec!, { alg: 'RS256' }),
      jwt(ec!, { alg: 'none' }),
      `${head}.${payload}.`,
      `${head}.${encode({ sub: 'b' })}.${signature}`,
      `${head}.${payload}.${signature}.${signature}`,
      `${encode(null)}.${payload}.${signature}`,
      '..',
      'a.b.c',
      '',
    ])
      expect(signedBy(published, other)).toBeUndefined();
  });
});
