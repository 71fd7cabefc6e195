import { Injectable } from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { Clock } from '../../kernel/clock.js';
import { sha256 } from '../../kernel/secrets.js';
import { RecordBatch, type Payload, type PendingRecord, type Seen, type Work } from './record.batch.js';
import { RecordSeal } from './record.seal.js';
import { execute, type Statement } from './record.statements.js';

/** Kinds that wait for a person's answer. */
export const ANSWERED_ONCE: ReadonlySet<string> = new Set(['DeviceCode', 'BackchannelAuthenticationRequest']);

interface Row {
  id_hash: string;
  uid: string | null;
  payload: string;
  grant_id: string | null;
  expires_at: number | string | null;
  consumed_at: number | string | null;
}

const READ = 'SELECT id_hash, payload, uid, grant_id, expires_at, consumed_at FROM oidc_record WHERE';
const READ_BY_ID = `${READ} id_hash = ?`;
const READ_BY_UID = `${READ} uid = ? AND kind = ? ORDER BY seq DESC`;

/** What one request takes away to put another in its place. */
const EXCHANGED = ['Session', 'RegistrationAccessToken'];

/**
 * The provider's records in plain SQL. Ids are kept as fingerprints and payloads sealed, so a stolen database gives no
 * session and no token. Within `batch` all writes of a request are committed together, before its answer leaves.
 */
@Injectable()
export class RecordStore {
  private readonly batches = new AsyncLocalStorage<RecordBatch>();

  constructor(
    private readonly sql: Sql,
    private readonly seal: RecordSeal,
    private readonly clock: Clock,
  ) {}

  /** @throws RecordLost when a code, token or session that the request relied on was spent or ended meanwhile */
  async batch<T>(work: () => Promise<T>): Promise<T> {
    if (this.batches.getStore()) return work();
    const batch = new RecordBatch();
    const result = await this.batches.run(batch, work);
    await this.commit(batch);
    return result;
  }

  async find(kind: string, id: string): Promise<Payload | undefined> {
    const hash = idHash(kind, id);
    const pending = this.batches.getStore()?.find(hash);
    if (pending === 'destroyed') return undefined;
    if (pending)
      return pending.consumed ? { ...pending.payload, consumed: this.now() } : { ...pending.payload };
    return this.read(kind, READ_BY_ID, hash);
  }

  async findByUid(kind: string, uid: string): Promise<Payload | undefined> {
    const pending = this.batches.getStore()?.findByUid(kind, sha256(uid));
    return pending ? { ...pending.payload } : this.read(kind, READ_BY_UID, sha256(uid), kind);
  }

  /** @param expiresIn seconds */
  async upsert(kind: string, id: string, payload: Payload, expiresIn: number | undefined): Promise<void> {
    // An exchanged token ends with the grant that it came from, which is another client's.
    const grantId = payload.grantId ?? (payload['origin'] as { grantId: string } | undefined)?.grantId;
    const record: PendingRecord = {
      kind,
      hash: idHash(kind, id),
      payload,
      // A sign-in that is answered but not yet resumed is the account's too, and ends with its sessions.
      accountId: payload.accountId ?? payload.result?.login?.accountId ?? null,
      grantId: grantId ? sha256(grantId) : null,
      uid: payload.uid ? sha256(payload.uid) : null,
      clientId: payload.clientId ? this.seal.client(payload.clientId) : '',
      expiresAt: expiresIn === undefined ? null : this.now() + expiresIn,
      consumed: false,
    };
    await this.write((batch) => batch.upsert(record));
  }

  async destroy(kind: string, id: string): Promise<void> {
    await this.write((batch) => batch.destroy(kind, idHash(kind, id)));
  }

  /** Marks a record as spent. The verdict falls when the batch is committed. */
  async consume(kind: string, id: string): Promise<void> {
    await this.write((batch) => batch.consume(kind, idHash(kind, id)));
  }

  /** Of what this request has written so far, nothing of a kind is kept. */
  takeBack(kind: string): void {
    this.batches.getStore()?.takeBack(kind);
  }

  async revokeByGrantId(kind: string, grantId: string): Promise<void> {
    await this.write((batch) => batch.revokeGrant(kind, sha256(grantId)));
  }

  /** Ends everything that was issued under a grant, at once. @param grantHash as in RecordLost */
  async revokeGrantHash(grantHash: string): Promise<void> {
    await this.sql.run('DELETE FROM oidc_record WHERE grant_id = ?', grantHash);
  }

  /** What else is true as soon as the batch is committed: `work` is done in the same transaction, over the runner it gets. */
  async join(work: Work): Promise<void> {
    await this.write((batch) => batch.join(work));
  }

  /** Removes at most `limit` expired records. @returns how many they were */
  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM oidc_record WHERE seq IN (SELECT seq FROM oidc_record WHERE expires_at < ? ORDER BY expires_at LIMIT ?)',
      this.now(),
      limit,
    );
  }

  private async read(kind: string, text: string, ...params: unknown[]): Promise<Payload | undefined> {
    const rows = await this.sql.settled<Row>(text, ...params);
    const now = this.now();
    const row = rows.find(({ expires_at: end }) => end === null || Number(end) > now);
    if (!row) return undefined;
    this.batches.getStore()?.sawStored(row.id_hash, row.grant_id, row.uid);
    const payload = this.seal.open(kind, row.id_hash, row.payload);
    return payload && row.consumed_at !== null ? { ...payload, consumed: Number(row.consumed_at) } : payload;
  }

  private async write(change: (batch: RecordBatch) => void): Promise<void> {
    const current = this.batches.getStore();
    if (current) return change(current);
    const alone = new RecordBatch();
    change(alone);
    await this.commit(alone);
  }

  private async commit(batch: RecordBatch): Promise<void> {
    if (batch.isEmpty) return;
    const [decisive, others] = [this.decisive(batch), this.others(batch)];
    const { joined } = batch;
    const runAll = async (sql: SqlRunner) => {
      await execute(sql, decisive);
      for (const work of joined) await work(sql);
      await execute(sql, others);
    };
    const count = decisive.length + others.length;
    if (joined.length > 0 || count > 1) await this.sql.transaction(runAll);
    else if (count === 1) await runAll(this.sql);
  }

  /** These come first: when one of them is lost, nothing has been written yet. */
  private decisive(batch: RecordBatch): Statement[] {
    const now = this.now();
    return [
      ...batch.consumed.map(({ kind, hash, grantHash }) => ({
        text: 'UPDATE oidc_record SET consumed_at = ? WHERE id_hash = ? AND consumed_at IS NULL AND (expires_at IS NULL OR expires_at > ?)',
        params: [now, hash, now],
        lost: { kind, grantHash },
      })),
      ...batch.destroyed.map(({ kind, hash, stored }) => ({
        text: 'DELETE FROM oidc_record WHERE id_hash = ?',
        params: [hash],
        // A session that was ended while this request ran must not come back under its next identifier; nor must two updates
        // at once make two registration access tokens of one.
        ...(EXCHANGED.includes(kind) && stored ? { lost: { kind } } : {}),
      })),
    ];
  }

  private others(batch: RecordBatch): Statement[] {
    return [
      // In one statement: PostgreSQL would let two that go kind by kind wait for one another for ever.
      ...batch.revokedGrants.map(({ grantHash, kinds }) => ({
        text: `DELETE FROM oidc_record WHERE grant_id = ? AND kind IN (${kinds.map(() => '?').join(', ')})`,
        params: [grantHash, ...kinds],
      })),
      ...batch.upserts.map(({ record, stored }) => this.upsertStatement(record, stored)),
    ];
  }

  private upsertStatement(record: PendingRecord, stored: Seen | undefined): Statement {
    const payload = this.seal.seal(record.kind, record.hash, record.payload);
    const { kind, hash, accountId, grantId, uid, expiresAt } = record;
    if (kind === 'Session' && stored) {
      return {
        text: 'UPDATE oidc_record SET payload = ?, account_id = ?, uid = ?, expires_at = ? WHERE id_hash = ?',
        params: [payload, accountId, uid, expiresAt, hash],
        lost: { kind },
      };
    }
    if (ANSWERED_ONCE.has(kind) && stored) {
      return {
        text: `UPDATE oidc_record SET payload = ?, account_id = ?, grant_id = ?, uid = ?, expires_at = ?
         WHERE id_hash = ? AND uid = ?`,
        params: [payload, accountId, grantId, uid, expiresAt, hash, stored.uid],
        lost: { kind },
      };
    }
    const insert = `INSERT INTO oidc_record
         (kind, id_hash, payload, account_id, grant_id, uid, client_id, expires_at, consumed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    const params = [
      kind,
      hash,
      payload,
      accountId,
      grantId,
      uid,
      record.clientId,
      expiresAt,
      record.consumed ? this.now() : null,
    ];
    // The same client assertion twice: of parallel replays one INSERT succeeds (RFC 7523, section 3, jti).
    if (kind === 'ReplayDetection') {
      return {
        text: `${insert} ON CONFLICT (id_hash) DO NOTHING`,
        params,
        lost: { kind },
      };
    }
    return {
      // The consumed mark stays as it is: writing a record again must not make it usable again.
      text: `${insert} ON CONFLICT (id_hash) DO UPDATE SET payload = excluded.payload, account_id = excluded.account_id,
         grant_id = excluded.grant_id, uid = excluded.uid, expires_at = excluded.expires_at`,
      params,
    };
  }

  /** Epoch seconds, the provider's unit. */
  private now(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}

export function idHash(kind: string, id: string): string {
  return sha256(`${kind}:${id}`);
}
