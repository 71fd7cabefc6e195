import { calculateJwkThumbprint, SignJWT, type JWTPayload } from 'jose';
import { createHash, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';

type Header = Record<string, unknown>;

/** A key that an application signs with: assertions, requests, proofs of possession. */
export class ClientKey {
  private readonly pair: { publicKey: KeyObject; privateKey: KeyObject };

  constructor(readonly alg: 'ES256' | 'RS256' | 'PS256' | 'EdDSA' = 'ES256') {
    this.pair =
      alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : alg === 'EdDSA'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('rsa', { modulusLength: 2048 });
  }

  get privateKey(): KeyObject {
    return this.pair.privateKey;
  }

  get publicJwk(): JsonWebKey {
    return this.pair.publicKey.export({ format: 'jwk' });
  }

  /** What tokens are bound to (RFC 9449, section 6). */
  thumbprint(): Promise<string> {
    return calculateJwkThumbprint(this.publicJwk);
  }

  /** As it stands in the clients file. */
  get jwks(): string {
    return JSON.stringify({ keys: [{ ...this.publicJwk, kid: `key-${this.alg}`, use: 'sig' }] });
  }

  sign(claims: JWTPayload, header: Header = {}): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: this.alg, ...header }).sign(this.privateKey);
  }

  /** A client assertion (RFC 7523); `changed` is what an attacker or a beginner makes different. */
  assertion(
    clientId: string,
    issuer: string,
    changed: JWTPayload = {},
    header: Header = {},
  ): Promise<string> {
    const now = seconds();
    const claims = { iss: clientId, sub: clientId, aud: issuer, iat: now, exp: now + 60, jti: randomUUID() };
    return this.sign({ ...claims, ...changed }, header);
  }

  /** An authorization request (RFC 9101). */
  request(
    clientId: string,
    issuer: string,
    params: Record<string, unknown>,
    changed: JWTPayload = {},
    header: Header = {},
  ): Promise<string> {
    const now = seconds();
    const claims = { iss: clientId, aud: issuer, client_id: clientId, iat: now, nbf: now, exp: now + 300 };
    return this.sign(
      { ...params, ...claims, jti: randomUUID(), ...changed },
      {
        typ: 'oauth-authz-req+jwt',
        ...header,
      },
    );
  }

  /** A proof of possession (RFC 9449). */
  proof(
    htm: string,
    htu: string,
    changed: JWTPayload & { token?: string } = {},
    header: Header = {},
  ): Promise<string> {
    const { token, ...claims } = changed;
    const ath = token ? { ath: createHash('sha256').update(token).digest('base64url') } : {};
    return this.sign(
      { htm, htu, iat: seconds(), jti: randomUUID(), ...ath, ...claims },
      {
        typ: 'dpop+jwt',
        jwk: this.publicJwk,
        ...header,
      },
    );
  }
}

/** By the tests' clock, which moves Date.now. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** What stands in a JWT, unverified. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
