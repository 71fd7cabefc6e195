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

interface Row {
  seq: number | string;
  kind: string;
  id_hash: string;
  account_id: string;
  payload: string;
}

/**
 * What a client that is removed still holds: consents, codes, tokens, its place in sessions. Records do not say in the clear
 * whose client they are, so all of them are looked through: nothing for a request to wait for.
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
    // One look through everything at a time: any number of applications can be removed at once.
    const ended = this.last.then(() => this.endNow(clientId));
    this.last = ended.catch(() => undefined);
    return ended;
  }

  private async endNow(clientId: string): Promise<number> {
    await this.records.revokeGrantHash(sha256(registrationOf(clientId)));
    const people = await this.people(clientId);
    for (const accountId of people) await this.endings.ofClient(accountId, clientId);
    return people.size;
  }

  private async people(clientId: string): Promise<Set<string>> {
    const people = new Set<string>();
    let after = 0;
    for (;;) {
      const rows = await this.sql.rows<Row>(
        `SELECT seq, kind, id_hash, account_id, payload FROM oidc_record
         WHERE seq > ? AND account_id IS NOT NULL ORDER BY seq LIMIT ${PAGE}`,
        after,
      );
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
