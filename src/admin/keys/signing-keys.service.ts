import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Config } from '../../config/config.js';
import { Clock } from '../../kernel/clock.js';
import { ALGORITHMS } from '../../keys/algorithms.js';
import { KeyTable, type StoredKey } from '../../keys/key-table.js';
import { EVERYBODY_KNOWS, keptFor, LEAD, rolesOf, type KeyFacts } from '../../keys/schedule.js';
import type { Actor } from '../actor.js';

/** What a key is there for: its life is drawn in ARCHITECTURE.md. */
export type KeyState = 'published' | 'signs' | 'leaving' | 'over' | 'revoked';

/** A key without its private half, which leaves the key table for nobody. Times are epoch milliseconds. */
export interface ListedKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: KeyState;
  readonly createdAt: number;
  /** From when on it signs, signs or has been revoked; until when it signed. */
  readonly at: number | undefined;
  /** Of one that is leaving: when it is deleted. */
  readonly deletedAt: number | undefined;
}

export type Rotated = { readonly alg: string } & (
  | { readonly kind: 'published' | 'published-already'; readonly kid: string; readonly signsFrom: number }
  | { readonly kind: 'made-meanwhile' }
);

export type Revoked =
  | { readonly kind: 'revoked'; readonly alg: string; readonly signing: string | undefined }
  | { readonly kind: 'no-key' };

/** What an operator can do about signing keys. Every instance follows within a minute. Each act is audited. */
@Injectable()
export class SigningKeys {
  constructor(
    private readonly config: Config,
    private readonly table: KeyTable,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** One algorithm after the other; what comes before what is. */
  async list(): Promise<ListedKey[]> {
    const keys = await this.table.all();
    const kept = keptFor(this.config.sessionLifetime);
    return Object.keys(ALGORITHMS).flatMap((alg) => {
      const ofAlgorithm = keys.filter((key) => key.alg === alg);
      const { signing, coming, leaving, revoked, over } = rolesOf(ofAlgorithm, this.now(), kept);
      /** A key has signed until the next one did. */
      const until = ({ generation }: KeyFacts) =>
        [...leaving, ...(signing ? [signing] : [])].find((next) => next.generation > generation)?.activeAt;
      return [
        ...coming.map((key) => listed(key, 'published', key.activeAt)),
        ...(signing ? [listed(signing, 'signs', signing.activeAt)] : []),
        ...leaving.map((key) => listed(key, 'leaving', until(key), until(key)! + kept)),
        ...over.map((key) => listed(key, 'over')),
        ...revoked.map((key) => listed(key, 'revoked', key.revokedAt!)),
      ];
    });
  }

  /**
   * Publishes the next key of each algorithm.
   * @param when the new ones sign: after a day every application knows them, after a minute every instance does
   */
  async rotate(actor: Actor, when: 'in-a-day' | 'in-a-minute'): Promise<Rotated[]> {
    const lead = when === 'in-a-day' ? LEAD : EVERYBODY_KNOWS;
    const keys = await this.table.all();
    const rotated: Rotated[] = [];
    for (const alg of Object.keys(ALGORITHMS))
      rotated.push({
        alg,
        ...(await this.rotateOne(
          actor,
          alg,
          keys.filter((key) => key.alg === alg),
          lead,
        )),
      });
    return rotated;
  }

  /** For one that leaked: what it has signed counts no more. If it signs, another one does at once. */
  async revoke({ by, req }: Actor, kid: string): Promise<Revoked> {
    const before = (await this.list()).find((each) => each.kid === kid);
    const key = (await this.table.all()).find((each) => each.kid === kid);
    if (!key || !(await this.table.revoke(key))) return { kind: 'no-key' };
    const ofAlgorithm = (await this.table.all()).filter(({ alg }) => alg === key.alg);
    const signing = rolesOf(ofAlgorithm, this.now(), 0).signing?.kid;
    const change = {
      before: { state: before?.state ?? null },
      after: { state: 'revoked', signing: signing ?? null },
    };
    await this.audit.record('signing-key.revoked', { detail: { by, kid, alg: key.alg, ...change } }, req);
    return { kind: 'revoked', alg: key.alg, signing };
  }

  /** One that is published already is the next: there is never more than one to come. */
  private async rotateOne({ by, req }: Actor, alg: string, keys: StoredKey[], lead: number) {
    const signsFrom = this.now() + lead;
    const { coming, signing } = rolesOf(keys, this.now(), 0);
    const next = coming.at(0);
    if (next && !(await this.table.bringForward(next.kid, signsFrom)))
      return { kind: 'published-already', kid: next.kid, signsFrom: next.activeAt } as const;
    const generation = Math.max(0, ...keys.map((key) => key.generation)) + 1;
    const key: KeyFacts | undefined = next ?? (await this.table.make(alg, generation, signsFrom));
    if (!key) return { kind: 'made-meanwhile' } as const;
    const before = {
      signing: signing?.kid ?? null,
      next: next?.kid ?? null,
      signsFrom: next ? time(next.activeAt) : null,
    };
    const after = { ...before, next: key.kid, signsFrom: time(signsFrom) };
    const detail = { by, kid: key.kid, alg, signsFrom: time(signsFrom), before, after };
    await this.audit.record('signing-key.published', { detail }, req);
    return { kind: 'published', kid: key.kid, signsFrom } as const;
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function listed(
  { kid, alg, createdAt }: KeyFacts,
  state: KeyState,
  at?: number,
  deletedAt?: number,
): ListedKey {
  return { kid, alg, state, createdAt, at, deletedAt };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
