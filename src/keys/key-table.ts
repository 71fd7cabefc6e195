import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { ConfigurationMistakes } from '../config/config.js';
import { Migrated } from '../database/database.module.js';
import { isUniqueViolation } from '../database/failures.js';
import { Clock } from '../kernel/clock.js';
import { CannotOpen, Secrets } from '../kernel/secrets.js';
import { makeKey, type Jwk } from './algorithms.js';
import type { KeyFacts } from './schedule.js';
import { SigningKey } from './signing-key.entity.js';

export interface StoredKey extends KeyFacts {
  /** Empty once it is revoked: nobody needs it any more. */
  readonly sealedJwk: string;
}

/** The keys of every algorithm, as all instances see them; each private half is sealed and bound to its row. */
@Injectable()
export class KeyTable {
  constructor(
    private readonly em: EntityManager,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    _migrated: Migrated,
  ) {}

  async all(): Promise<StoredKey[]> {
    return stored(await this.em.fork().find(SigningKey, {}));
  }

  /**
   * Makes the key of a generation; the unique index decides between instances that try at once.
   * @returns undefined when another one was faster: its key is the one
   */
  async make(alg: string, generation: number, activeAt: number): Promise<KeyFacts | undefined> {
    const createdAt = this.clock.now();
    const row = this.row(await makeKey(alg), generation, activeAt, createdAt);
    try {
      await this.em.fork().insert(SigningKey, row);
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
    return facts(row);
  }

  /** Lets a published key sign sooner. @returns false: it does already, or is gone */
  async bringForward(kid: string, activeAt: number): Promise<boolean> {
    const later = { kid, revokedAt: null, activeAt: { $gt: activeAt } };
    return (await this.em.fork().nativeUpdate(SigningKey, later, { activeAt })) === 1;
  }

  /**
   * Takes a key out for good, and deletes its private half. If it is the one that signs, the next one does from now on, in
   * the same commit: the one that is published already, or a new one.
   * @returns false: there is no such key, or it was revoked before
   */
  async revoke(key: KeyFacts): Promise<boolean> {
    try {
      return await this.revokeOnce(key);
    } catch (error) {
      // The rotation made the next one in between: nothing is done yet, and that one signs.
      if (isUniqueViolation(error)) return this.revokeOnce(key);
      throw error;
    }
  }

  private async revokeOnce({ kid, alg }: KeyFacts): Promise<boolean> {
    const spare = await makeKey(alg);
    const now = this.clock.now().getTime();
    return this.em.fork().transactional(async (em) => {
      const gone = { revokedAt: now, sealedJwk: '' };
      if ((await em.nativeUpdate(SigningKey, { kid, revokedAt: null }, gone)) !== 1) return false;
      const keys = stored(await em.find(SigningKey, { alg }));
      const revoked = keys.find((key) => key.kid === kid)!;
      const valid = keys.filter(({ revokedAt }) => revokedAt === null);
      const wasWaiting = revoked.activeAt > now && valid.some(({ activeAt }) => activeAt <= now);
      const wasFollowed = valid.some(
        ({ generation, activeAt }) => generation > revoked.generation && activeAt <= now,
      );
      if (wasWaiting || wasFollowed) return true;
      const next = valid.find(({ generation }) => generation > revoked.generation);
      const unlessRevokedToo = { kid: next?.kid ?? '', revokedAt: null };
      if ((await em.nativeUpdate(SigningKey, unlessRevokedToo, { activeAt: now })) === 1) return true;
      const generation = Math.max(...keys.map((key) => key.generation)) + 1;
      await em.insert(SigningKey, this.row(spare, generation, now, new Date(now)));
      return true;
    });
  }

  async remove(kid: string): Promise<boolean> {
    return (await this.em.fork().nativeDelete(SigningKey, { kid })) === 1;
  }

  /** @throws ConfigurationMistakes when the master secret is not the one it was sealed with */
  open({ kid, alg, sealedJwk }: StoredKey): Jwk {
    try {
      return { ...(JSON.parse(this.secrets.open(sealedJwk, place(kid))) as Jwk), kid, alg, use: 'sig' };
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new ConfigurationMistakes([
        'GATEHOUSE_SECRET (or secret.key in the data directory) is not the secret this database was made with: restore that one, or start with an empty database.',
      ]);
    }
  }

  private row(jwk: Jwk, generation: number, activeAt: number, createdAt: Date) {
    const { kid, alg } = jwk;
    const sealedJwk = this.secrets.seal(JSON.stringify(jwk), place(kid));
    return { kid, alg, generation, sealedJwk, createdAt, activeAt, revokedAt: null };
  }
}

type Row = Pick<SigningKey, keyof StoredKey>;

/** Keys that were made before there was a rotation have signed since they were made. */
function facts({ kid, alg, generation, createdAt, activeAt, revokedAt }: Row): KeyFacts {
  const made = createdAt.getTime();
  return { kid, alg, generation, createdAt: made, activeAt: activeAt ?? made, revokedAt: revokedAt ?? null };
}

function stored(rows: Row[]): StoredKey[] {
  return rows.map((row) => ({ ...facts(row), sealedJwk: row.sealedJwk }));
}

export function place(kid: string): string {
  return `signing_key:${kid}`;
}
