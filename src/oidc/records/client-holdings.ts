import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../../database/sql.js';
import { registrationOf } from './adapter.js';
import { RecordSeal } from './record.seal.js';
import { RecordStore } from './record.store.js';
import { sha256 } from '../../kernel/secrets.js';
import { SessionEndings } from '../sessions/session-endings.service.js';

const PAGE = 500;
const PAUSE_BETWEEN_PAGES = 5;

/** A client's records, found by the index on its fingerprint. */
export const HELD = `SELECT seq, account_id FROM oidc_record WHERE client_id = ? LIMIT ${PAGE}`;
/**
 * Records of before the column say only inside whose they are, and are opened. Each expires, the last with the refresh tokens
 * of then; from then on the index knows of none, and this costs nothing.
 */
export const OF_BEFORE = `SELECT seq, kind, id_hash, account_id, payload FROM oidc_record
  WHERE client_id IS NULL AND account_id IS NOT NULL AND seq > ? ORDER BY seq LIMIT ${PAGE}`;

interface Held {
  seq: number | string;
  account_id: string | null;
}

interface OfBefore extends Held {
  kind: string;
  id_hash: string;
  account_id: string;
  payload: string;
}

/**
 * What a client that is removed still holds: consents, codes, tokens, its place in sessions. A session has many clients and
 * no column for them: it is found through the consent that each of its applications has.
 */
@Injectable()
export class ClientHoldings {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly sql: Sql,
    private readonly seal: RecordSeal,
    private readonly records: RecordStore,
    private readonly endings: SessionEndings,
  ) {}

  /** Ends all of it; as long as the client is there it is told. @returns how many people had let it in */
  end(clientId: string): Promise<number> {
    // One client at a time: any number of applications can be removed at once.
    const ended = this.last.then(() => this.endNow(clientId));
    this.last = ended.catch(() => undefined);
    return ended;
  }

  private async endNow(clientId: string): Promise<number> {
    await this.records.revokeGrantHash(sha256(registrationOf(clientId)));
    const people = await this.endHeld(clientId);
    for (const accountId of await this.peopleOfBefore(clientId))
      if (await this.endings.ofClient(accountId, clientId)) people.add(accountId);
    return people.size;
  }

  private async endHeld(clientId: string): Promise<Set<string>> {
    const people = new Set<string>();
    for (;;) {
      const held = await this.sql.rows<Held>(HELD, this.seal.client(clientId));
      if (held.length === 0) return people;
      for (const accountId of new Set(held.map(({ account_id: id }) => id)))
        if (accountId && (await this.endings.ofClient(accountId, clientId))) people.add(accountId);
      // What is left of these is nobody's consent: a machine's tokens, and what it got in exchange for another's.
      await this.sql.run(
        `DELETE FROM oidc_record WHERE seq IN (${held.map(() => '?').join(', ')})`,
        ...held.map(({ seq }) => seq),
      );
      await pause(PAUSE_BETWEEN_PAGES);
    }
  }

  private async peopleOfBefore(clientId: string): Promise<Set<string>> {
    const people = new Set<string>();
    let after = 0;
    for (;;) {
      const rows = await this.sql.rows<OfBefore>(OF_BEFORE, after);
      for (const { kind, id_hash: hash, account_id: accountId, payload: sealed } of rows) {
        if (people.has(accountId)) continue;
        const payload = this.seal.open(kind, hash, sealed);
        if (payload?.clientId === clientId || payload?.authorizations?.[clientId]) people.add(accountId);
      }
      if (rows.length < PAGE) return people;
      after = Number(rows.at(-1)!.seq);
      await pause(PAUSE_BETWEEN_PAGES);
    }
  }
}
