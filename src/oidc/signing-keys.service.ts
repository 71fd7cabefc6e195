import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'oidc-provider';
import { ConfigurationMistakes } from '../config/config.js';
import { Migrated } from '../database/database.module.js';
import { isUniqueViolation } from '../database/failures.js';
import { Clock } from '../kernel/clock.js';
import { CannotOpen, Secrets } from '../kernel/secrets.js';
import { SigningKey } from './signing-key.entity.js';

const generate = promisify(generateKeyPair);

const ALGORITHMS: Record<string, () => Promise<KeyObject>> = {
  // First is the default of this server's own choice; RS256 is what every client library supports.
  RS256: async () => (await generate('rsa', { modulusLength: 3072 })).privateKey,
  ES256: async () => (await generate('ec', { namedCurve: 'P-256' })).privateKey,
};

/** The keys that sign tokens: one for each algorithm, generated on first start, sealed in the database. */
@Injectable()
export class SigningKeys {
  constructor(
    private readonly em: EntityManager,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    _migrated: Migrated,
  ) {}

  /**
   * Private JWKs for the provider.
   * @throws ConfigurationMistakes when the master secret is not the one they were sealed with
   */
  async load(): Promise<JWK[]> {
    const keys: JWK[] = [];
    for (const alg of Object.keys(ALGORITHMS)) {
      const key = (await this.current(alg)) ?? (await this.make(alg));
      keys.push(this.open(key));
    }
    return keys;
  }

  private current(alg: string): Promise<SigningKey | null> {
    return this.em.fork().findOne(SigningKey, { alg }, { orderBy: { generation: 'desc' } });
  }

  private async make(alg: string): Promise<SigningKey> {
    const jwk = (await ALGORITHMS[alg]!()).export({ format: 'jwk' });
    const kid = thumbprint(jwk as Record<string, string>);
    const sealedJwk = this.secrets.seal(JSON.stringify(jwk), place(kid));
    try {
      await this.em
        .fork()
        .insert(SigningKey, { kid, alg, generation: 1, sealedJwk, createdAt: this.clock.now() });
    } catch (error) {
      // Another instance was faster: its key is the one.
      if (!isUniqueViolation(error)) throw error;
    }
    return (await this.current(alg))!;
  }

  private open({ kid, alg, sealedJwk }: SigningKey): JWK {
    try {
      return { ...(JSON.parse(this.secrets.open(sealedJwk, place(kid))) as JWK), kid, alg, use: 'sig' };
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new ConfigurationMistakes([
        'GATEHOUSE_SECRET (or secret.key in the data directory) is not the secret this database was made with: restore that one, or start with an empty database.',
      ]);
    }
  }
}

/** RFC 7638 */
function thumbprint({ kty, crv, x, y, e, n }: Record<string, string>): string {
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

function place(kid: string): string {
  return `signing_key:${kid}`;
}
