import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { ChainCheck } from './audit-chain.check.js';
import type { Head, Place } from './audit-chain.marks.js';
import { AuditChainStore, type StoredHead } from './audit-chain.store.js';
import { KnownHead } from './known-head.js';
import { SettledEvents } from './settled-events.js';

/** Rows at a time: some milliseconds, so that nobody's sign-in waits behind it. */
const BATCH = 100;
const PAUSE_BETWEEN_BATCHES = 20;

/** The log is not what it was: nothing is added to it, and nothing removed, before an operator has looked. */
export class ChainBroken extends Error {}

/**
 * Chains what the requests have noted, afterwards and in the order of its numbers, so that no request waits for it; and removes
 * what is older than the retention, up to a checkpoint. Any number of instances may do it: one at a time gets the turn.
 */
@Injectable()
export class AuditChain {
  constructor(
    private readonly sql: Sql,
    private readonly store: AuditChainStore,
    private readonly settled: SettledEvents,
    private readonly known: KnownHead,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /**
   * One pass over everything that is settled.
   * @throws ChainBroken
   */
  async run(stop?: AbortSignal): Promise<void> {
    const upTo = await this.settled.upTo();
    if (upTo === 0) return;
    for (;;) {
      const { head, turn } = await this.current();
      if (head.id >= upTo || stop?.aborted) return;
      const reached = await this.extend(head, turn, upTo);
      // Another instance is at it.
      if (!reached) return;
      await this.known.write(reached);
      await pause(PAUSE_BETWEEN_BATCHES);
    }
  }

  /**
   * Removes the oldest rows, if they are older than the retention and still what was chained.
   * @throws ChainBroken
   */
  async removeOld(limit: number): Promise<number> {
    if (this.config.auditRetention === 0) return 0;
    const before = this.clock.now().getTime() - this.config.auditRetention;
    const stored = await this.store.head();
    if (stored.kind !== 'sealed') return 0;
    const { head, turn } = stored;
    const [oldest] = await this.store.pairs(this.sql, head.checkpoint.id, head.id, 1);
    if (!oldest || (oldest.event && oldest.event.at >= before)) return 0;
    if (!oldest.event) throw broken(`row ${oldest.link.eventId} is missing`);
    return this.sql.transaction(async (sql) => {
      if (!(await this.store.take(sql, turn))) return 0;
      const pairs = await this.store.pairs(sql, head.checkpoint.id, head.id, limit);
      const young = pairs.findIndex(({ event }) => !event || event.at >= before);
      const old = young === -1 ? pairs : pairs.slice(0, young);
      const check = new ChainCheck(this.store, sql, head.checkpoint);
      const findings = await check.follow(old);
      const { id } = check.reached;
      const [inserted] = await this.store.unlinked(sql, 0, id, 1);
      if (findings[0]) throw broken(findings[0].says);
      if (inserted !== undefined) throw broken(`row ${inserted} was inserted`);
      await sql.run('DELETE FROM audit_event WHERE id <= ?', id);
      await sql.run('DELETE FROM audit_link WHERE event_id <= ?', id);
      const at = this.clock.now().getTime();
      await this.store.moveTo(sql, { ...head, checkpoint: { ...check.reached, at } });
      return old.length;
    });
  }

  private async current(): Promise<{ head: Head; turn: number }> {
    const known = await this.known.read();
    let stored = await this.store.head();
    if (stored.kind === 'none' && !known && !(await this.store.hasLinks())) {
      await this.store.begin();
      stored = await this.store.head();
    }
    const { head, turn } = sealed(stored);
    if (known && !(await this.hasPart(head, known)))
      throw new ChainBroken(
        `row ${known.id}, up to which ${this.known.file} has seen it, is not part of it. Run \`gatehouse audit verify\`; if a backup was restored, delete that file`,
      );
    return { head, turn };
  }

  /** Also where another instance, which had not seen so much, has gone on from an older state that somebody put back. */
  private async hasPart({ checkpoint, ...head }: Head, { id, position, hash }: Place): Promise<boolean> {
    // What the retention has removed can be compared no more.
    if (position < checkpoint.position) return true;
    const end = [head, checkpoint].find((each) => each.position === position);
    return end ? end.hash === hash : position < head.position && (await this.store.hashOf(id)) === hash;
  }

  /** @returns undefined: another instance had the turn */
  private extend(head: Head, turn: number, upTo: number): Promise<Place | undefined> {
    return this.sql.transaction(async (sql) => {
      if (!(await this.store.take(sql, turn))) return undefined;
      let place: Place = head;
      for (const event of await this.store.events(sql, head.id, upTo, BATCH)) {
        const link = this.store.marks.link(event, place);
        await this.store.add(sql, link);
        place = { id: event.id, position: link.position, hash: link.hash };
      }
      // What was settled is gone again: somebody deleted it before it was chained.
      if (place.id === head.id) return undefined;
      await this.store.moveTo(sql, { ...head, ...place });
      return place;
    });
  }
}

function sealed(stored: StoredHead): { head: Head; turn: number } {
  if (stored.kind === 'sealed') return stored;
  const what = {
    none: 'its head is gone',
    'head-forged': 'its head was not sealed here',
    'checkpoint-forged': 'its checkpoint was not sealed here',
  };
  throw new ChainBroken(`${what[stored.kind]}. Run \`gatehouse audit verify\``);
}

function broken(says: string): ChainBroken {
  return new ChainBroken(`nothing old is removed, because ${says}. Run \`gatehouse audit verify\``);
}
