import type { AdapterPayload } from 'oidc-provider';
import type { SqlRunner } from '../../database/sql.js';

export type Payload = AdapterPayload;

/** Use only the runner that is passed in: any other query would wait for this transaction for ever. */
export type Work = (sql: SqlRunner) => Promise<unknown>;

export interface PendingRecord {
  readonly kind: string;
  readonly hash: string;
  readonly payload: Payload;
  readonly accountId: string | null;
  readonly grantId: string | null;
  readonly uid: string | null;
  /** Keyed fingerprint; '': no one client's. */
  readonly clientId: string;
  /** Epoch seconds. */
  readonly expiresAt: number | null;
  consumed: boolean;
}

/** A record as it was read. */
export interface Seen {
  readonly grantHash: string | null;
  readonly uid: string | null;
}

/** The writes of one request, not yet committed: what it wrote it can read, and the last write of a record is the one that counts. */
export class RecordBatch {
  private readonly pending = new Map<string, PendingRecord>();
  private readonly gone = new Map<string, string>();
  private readonly spent = new Map<string, string>();
  private readonly revoked: { kind: string; grantHash: string }[] = [];
  readonly joined: Work[] = [];
  /** What was read from the database; a session among these must still be there when the batch is committed. */
  private readonly seen = new Map<string, Seen>();

  /** Nothing was written, whatever was read. */
  get isEmpty(): boolean {
    const { pending, gone, spent, revoked, joined } = this;
    return pending.size + gone.size + spent.size + revoked.length + joined.length === 0;
  }

  find(hash: string): PendingRecord | 'destroyed' | undefined {
    return this.gone.has(hash) ? 'destroyed' : this.pending.get(hash);
  }

  findByUid(kind: string, uid: string): PendingRecord | undefined {
    return [...this.pending.values()].find((record) => record.kind === kind && record.uid === uid);
  }

  /** The first time counts: later reads of the request find its own writes. */
  sawStored(hash: string, grantHash: string | null, uid: string | null): void {
    if (!this.seen.has(hash)) this.seen.set(hash, { grantHash, uid });
  }

  upsert(record: PendingRecord): void {
    this.gone.delete(record.hash);
    this.pending.set(record.hash, { ...record, consumed: this.pending.get(record.hash)?.consumed ?? false });
  }

  destroy(kind: string, hash: string): void {
    this.pending.delete(hash);
    this.gone.set(hash, kind);
  }

  consume(kind: string, hash: string): void {
    const pending = this.pending.get(hash);
    if (pending) pending.consumed = true;
    else this.spent.set(hash, kind);
  }

  /** What was spent and made of a kind was not, after all. */
  takeBack(kind: string): void {
    for (const [hash, each] of this.spent) if (each === kind) this.spent.delete(hash);
    for (const [hash, record] of this.pending) if (record.kind === kind) this.pending.delete(hash);
  }

  revokeGrant(kind: string, grantHash: string): void {
    this.revoked.push({ kind, grantHash });
    for (const [hash, record] of this.pending) {
      if (record.kind === kind && record.grantId === grantHash) this.pending.delete(hash);
    }
  }

  join(work: Work): void {
    this.joined.push(work);
  }

  get consumed() {
    return [...this.spent].map(([hash, kind]) => ({
      hash,
      kind,
      grantHash: this.seen.get(hash)?.grantHash ?? undefined,
    }));
  }

  get destroyed() {
    return [...this.gone].map(([hash, kind]) => ({ hash, kind, stored: this.seen.has(hash) }));
  }

  get revokedGrants() {
    const kinds = new Map<string, Set<string>>();
    for (const { grantHash, kind } of this.revoked)
      kinds.set(grantHash, (kinds.get(grantHash) ?? new Set()).add(kind));
    return [...kinds].map(([grantHash, ofGrant]) => ({ grantHash, kinds: [...ofGrant] }));
  }

  get upserts() {
    return [...this.pending.values()].map((record) => ({ record, stored: this.seen.get(record.hash) }));
  }
}
