import type { Config } from '../config/config.js';
import { CannotOpen, Secrets } from '../kernel/secrets.js';
import { place } from '../keys/key-table.js';
import { connected } from './connection.js';
import { BackupFailure } from './failures.js';

/**
 * Whether the master secret here is the one that the database was made with. With another one, of a wrong data directory for
 * example, an archive would be made that looks whole, and that nobody could ever use.
 * @throws BackupFailure other-secret
 */
export async function assertOwnSecret({ database, masterSecret }: Config): Promise<void> {
  const secrets = new Secrets(masterSecret);
  const keys = await connected(database, (ask) =>
    // A revoked key has nothing left to open.
    ask<{ kid: string; sealed: string }>(
      `SELECT kid, sealed_jwk AS sealed FROM signing_key WHERE sealed_jwk <> ''`,
    ),
  );
  for (const { kid, sealed } of keys) {
    try {
      secrets.open(sealed, place(kid));
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new BackupFailure(
        'other-secret',
        'the master secret here is not the one that this database was made with: give GATEHOUSE_DATA_DIR (or GATEHOUSE_SECRET) as the server has it',
        error,
      );
    }
  }
}
