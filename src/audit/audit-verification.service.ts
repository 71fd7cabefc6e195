import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../database/sql.js';
import { ChainCheck, type Finding } from './audit-chain.check.js';
import type { Checkpoint, Head, Place } from './audit-chain.marks.js';
import { AuditChainStore } from './audit-chain.store.js';
import { KnownHead } from './known-head.js';

const BATCH = 500;
const PAUSE_BETWEEN_BATCHES = 1;
/** More than these are counted, and not listed. */
const LISTED = 20;
/** A server that chains or removes meanwhile is no finding: it is looked at again. */
const TRIES = 5;

/** What is wrong with the log as a whole: with its ends. */
export interface WholeFinding {
  readonly kind: 'head-missing' | 'head-forged' | 'checkpoint-forged' | 'truncated' | 'rolled-back';
  readonly id?: number;
  readonly says: string;
}

export interface Report {
  readonly whole: boolean;
  /** What is wrong at the lowest row. */
  readonly first: Finding | WholeFinding | null;
  readonly findings: (Finding | WholeFinding)[];
  readonly findingCount: number;
  /** Rows that were checked. */
  readonly checked: number;
  /** Rows that the server has yet to chain: nothing vouches for them. */
  readonly waiting: number;
  /** To be kept elsewhere, and given to a later verification. */
  readonly head: string | null;
  readonly checkpoint: (Omit<Checkpoint, 'at'> & { at: string }) | null;
}

/** Looks whether the audit log is what was noted. It reads only, and may be used while servers write. */
@Injectable()
export class AuditVerification {
  constructor(
    private readonly sql: Sql,
    private readonly store: AuditChainStore,
    private readonly known: KnownHead,
  ) {}

  /**
   * @param earlier heads of earlier verifications, each of which has to be part of the log
   * @param stop gives up between two pieces
   */
  async verify(earlier: readonly Place[] = [], stop?: AbortSignal): Promise<Report> {
    const known = await this.known.read();
    const places = known ? [...earlier, known] : earlier;
    for (let left = TRIES; ; left--) {
      const { turn } = await this.store.head();
      const report = await this.look(places, stop);
      if (report.whole || left === 1 || (await this.store.head()).turn === turn) return report;
    }
  }

  private async look(places: readonly Place[], stop?: AbortSignal): Promise<Report> {
    const stored = await this.store.head();
    if (stored.kind !== 'sealed') return this.withoutHead(stored.kind, places);
    const { head } = stored;
    const findings: (Finding | WholeFinding)[] = [];
    const check = new ChainCheck(this.store, this.sql, head.checkpoint);
    findings.push(...(await this.inserted(0, head.checkpoint.id)));
    for (;;) {
      // Where a server does it, its requests come in between.
      await pause(PAUSE_BETWEEN_BATCHES, undefined, { signal: stop });
      const after = check.reached.id;
      const pairs = await this.store.pairs(this.sql, after, head.id, BATCH);
      findings.push(...(await check.follow(pairs)));
      // In stretches: PostgreSQL gives no statement more than two seconds, however long the log is.
      findings.push(...(await this.inserted(after, pairs.at(-1)?.link.eventId ?? head.id)));
      if (pairs.length === 0) break;
    }
    findings.push(...this.end(check.reached, head), ...(await this.missed(places, head)));
    findings.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
    const { checkpoint } = head;
    return {
      ...verdict(findings),
      checked: check.reached.position - checkpoint.position,
      waiting: await this.store.waiting(head.id),
      head: `${head.id}:${head.position}:${head.hash}`,
      checkpoint: checkpoint.at === 0 ? null : { ...checkpoint, at: new Date(checkpoint.at).toISOString() },
    };
  }

  private async inserted(after: number, upTo: number): Promise<Finding[]> {
    const ids = await this.store.unlinked(this.sql, after, upTo, LISTED + 1);
    return ids.map((id) => ({
      kind: 'inserted',
      id,
      says: `row ${id} was inserted after the rows around it`,
    }));
  }

  private async withoutHead(
    kind: 'none' | 'head-forged' | 'checkpoint-forged',
    places: readonly Place[],
  ): Promise<Report> {
    const says = {
      none: 'the head of the log is gone, and with it the knowledge how long it was',
      'head-forged': 'the head of the log was not sealed with the secret of this server',
      'checkpoint-forged': 'the checkpoint was not sealed with the secret of this server',
    };
    const isNew = kind === 'none' && places.length === 0 && !(await this.store.hasLinks());
    return {
      ...verdict(isNew ? [] : [{ kind: kind === 'none' ? 'head-missing' : kind, says: says[kind] }]),
      checked: 0,
      waiting: isNew ? await this.store.waiting(0) : 0,
      head: null,
      checkpoint: null,
    };
  }

  private end(reached: Place, head: Head): WholeFinding[] {
    if (reached.id === head.id && reached.position === head.position && reached.hash === head.hash) return [];
    const gone = head.position - reached.position;
    return [
      {
        kind: 'truncated',
        id: reached.id + 1,
        says: `the log ends at row ${reached.id}, and went on to row ${head.id}: ${gone} rows are cut off`,
      },
    ];
  }

  /** Whoever puts an older state of the whole database back makes everything in it agree. */
  private async missed(places: readonly Place[], head: Head): Promise<WholeFinding[]> {
    const findings: WholeFinding[] = [];
    for (const { id, position, hash } of places) {
      // What the retention has removed can be compared no more.
      if (id < head.checkpoint.id) continue;
      const [pair] = await this.store.pairs(this.sql, id - 1, id, 1);
      const there = id === head.checkpoint.id ? head.checkpoint.hash : pair?.link.hash;
      if (there !== hash && position > 0)
        findings.push({
          kind: 'rolled-back',
          id,
          says: `row ${id} was the end of the log once, and is not part of it: an older state was put back, or the log begun anew`,
        });
    }
    return findings;
  }
}

function verdict(findings: (Finding | WholeFinding)[]) {
  return {
    whole: findings.length === 0,
    first: findings[0] ?? null,
    findings: findings.slice(0, LISTED),
    findingCount: findings.length,
  };
}

/** A head as a verification has printed it. */
export function readHead(text: string): Place | undefined {
  const match = /^(\d{1,15}):(\d{1,15}):([\w-]{43})$/.exec(text);
  return match ? { id: Number(match[1]), position: Number(match[2]), hash: match[3]! } : undefined;
}
