import { SECOND, type Clock } from '../kernel/clock.js';
import { RecordLost } from './records/record.lost.js';
import { idHash, type RecordStore } from './records/record.store.js';

interface Parts {
  readonly records: RecordStore;
  readonly clock: Clock;
}

/**
 * The request is answered only if a record that it was read from is still there when it is committed. Whoever ends that one
 * at the same moment waits for this commit, and then finds what came of it.
 */
export function relyOn({ records, clock }: Parts, kind: string, id: string): Promise<void> {
  return records.join(async (sql) => {
    const there = await sql.run(
      'UPDATE oidc_record SET expires_at = expires_at WHERE id_hash = ? AND expires_at > ?',
      idHash(kind, id),
      Math.floor(clock.now().getTime() / SECOND),
    );
    if (there !== 1) throw new RecordLost(kind, undefined);
  });
}
