import type { SqlRunner } from '../database/sql.js';
import type { ChainedEvent, Link, Place } from './audit-chain.marks.js';
import type { AuditChainStore, Pair } from './audit-chain.store.js';

/** What is wrong with one row of the log. */
export interface Finding {
  readonly kind: 'altered' | 'missing' | 'reordered' | 'inserted';
  /** The row; of missing ones whose number nobody knows any more, the first that can have been it. */
  readonly id: number;
  readonly says: string;
}

/** Follows the chain over some links, which come right after `before`. Nothing is remembered but where it stands. */
export class ChainCheck {
  constructor(
    private readonly store: AuditChainStore,
    private readonly sql: SqlRunner,
    private place: Place,
  ) {}

  get reached(): Place {
    return this.place;
  }

  async follow(pairs: readonly Pair[]): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const [index, pair] of pairs.entries()) {
      const finding = await this.finding(pair, pairs, index);
      if (finding) findings.push(finding);
      const { eventId: id, position, hash } = pair.link;
      this.place = { id, position, hash };
    }
    return findings;
  }

  private async finding(
    { event, link }: Pair,
    all: readonly Pair[],
    at: number,
  ): Promise<Finding | undefined> {
    const { id, position, hash } = this.place;
    const gone = link.position - position - 1;
    // What stands after a hole cannot be checked against what stood before it; its own hash carries on.
    if (gone !== 0)
      return {
        kind: gone > 0 ? 'missing' : 'reordered',
        id: id + 1,
        says:
          gone > 0
            ? `${rows(gone)} between ${id} and ${link.eventId} missing, with what was chained of ${gone === 1 ? 'it' : 'them'}`
            : `what was chained of row ${link.eventId} stands in a wrong place`,
      };
    if (!event) return { kind: 'missing', id: link.eventId, says: `row ${link.eventId} is missing` };
    if (await this.fits(event, link, hash)) return undefined;
    const place = await this.placeOf(event, all, at);
    return place === undefined
      ? { kind: 'altered', id: event.id, says: `row ${event.id} is not what was chained` }
      : { kind: 'reordered', id: event.id, says: `row ${event.id} has the content that row ${place} had` };
  }

  private async fits(event: ChainedEvent, link: Link, before: string): Promise<boolean> {
    const { marks } = this.store;
    if (marks.hash(event, before, link) !== link.hash) return false;
    if (link.salt !== null) return marks.personal(event, link.salt) === link.personal;
    const isEmpty = event.address === null && event.userAgent === null && event.detail === null;
    return isEmpty && event.accountId !== null && this.store.isErased(this.sql, event.accountId);
  }

  /** Whether the content is that of another row nearby. */
  private async placeOf(event: ChainedEvent, all: readonly Pair[], at: number): Promise<number | undefined> {
    for (const [index, { link }] of all.entries()) {
      const before = all[index - 1]?.link.hash;
      if (index === at || before === undefined) continue;
      if (await this.fits({ ...event, id: link.eventId }, link, before)) return link.eventId;
    }
    return undefined;
  }
}

function rows(count: number): string {
  return count === 1 ? 'a row' : `${count} rows`;
}
