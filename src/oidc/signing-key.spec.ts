import { describe, expect, it } from '@jest/globals';
import { createPublicKey, verify } from 'node:crypto';
import { compactVerify, importJWK } from 'jose';
import { ALGORITHMS, makeKey, publicHalf } from '../keys/algorithms.js';
import { SigningKey } from './signing-key.js';

describe('a key that signs', () => {
  it.each(Object.keys(ALGORITHMS))('makes signatures of %s that a library takes', async (alg) => {
    const jwk = await makeKey(alg);
    const key = new SigningKey(jwk);
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const signed = `${encode({ alg, kid: key.kid })}.${encode({ sub: 'ada' })}`;
    const signature = Buffer.from(await key.sign(Buffer.from(signed))).toString('base64url');

    const { payload } = await compactVerify(
      `${signed}.${signature}`,
      await importJWK(publicHalf(jwk) as never, alg),
    );

    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ sub: 'ada' });
    expect(key.keyObject().type).toBe('public');
    expect(key).toMatchObject({ kid: jwk.kid, alg, use: 'sig', kty: jwk.kty });
  });

  it('makes signatures of the right length, whatever numbers they are made of', async () => {
    const jwk = await makeKey('ES256');
    const key = new SigningKey(jwk);
    const half = createPublicKey({ key: publicHalf(jwk), format: 'jwk' });
    for (let count = 0; count < 2_000; count++) {
      const data = Buffer.from(`${count}`);
      const signature = await key.sign(data);
      expect(signature).toHaveLength(64);
      expect(verify('sha256', data, { key: half, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
  });
});
