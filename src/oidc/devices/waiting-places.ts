import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { Clock, SECOND } from '../../kernel/clock.js';
import { sha256 } from '../../kernel/secrets.js';
import { RecordSeal } from '../records/record.seal.js';
import { idHash } from '../records/record.store.js';
import { WAITING_PLACE } from '../records/account-records.js';

/** How many of an application's requests may wait for one person at once. */
const PLACES = 20;

interface Waiting {
  readonly id: string;
  readonly clientId: string;
  readonly accountId: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Each request that waits for a person has one of its application's places there, until it is answered or over. A place is
 * taken by one conditional statement, so that any number of requests at the same moment get no more than there are.
 */
@Injectable()
export class WaitingPlaces {
  constructor(
    private readonly sql: Sql,
    private readonly seal: RecordSeal,
    private readonly clock: Clock,
  ) {}

  /** @returns false: as many wait as may */
  async take({ id, clientId, accountId, expiresIn }: Waiting): Promise<boolean> {
    const now = Math.floor(this.clock.now().getTime() / SECOND);
    for (let place = 0; place < PLACES; place++) {
      const hash = idHash(WAITING_PLACE, JSON.stringify([clientId, accountId, place]));
      const taken = await this.sql.run(
        `INSERT INTO oidc_record (kind, id_hash, payload, account_id, uid, client_id, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id_hash) DO UPDATE SET uid = excluded.uid, expires_at = excluded.expires_at
         WHERE oidc_record.expires_at <= ?`,
        WAITING_PLACE,
        hash,
        this.seal.seal(WAITING_PLACE, hash, { clientId }),
        accountId,
        placeOf(id),
        this.seal.client(clientId),
        now + expiresIn,
        now,
      );
      if (taken === 1) return true;
    }
    return false;
  }

  /** In the commit of the answer. */
  leave(sql: SqlRunner, id: string): Promise<number> {
    return sql.run('DELETE FROM oidc_record WHERE uid = ? AND kind = ?', placeOf(id), WAITING_PLACE);
  }
}

function placeOf(id: string): string {
  return sha256(JSON.stringify(['place', id]));
}
