import type { Config } from '../config/config.js';
import { programVersion } from '../config/version.js';
import { BackupFailure } from './failures.js';

/** What an archive says of itself: its first entry. */
export interface Manifest {
  readonly madeAt: string;
  /** Of the program. */
  readonly version: string;
  readonly issuer: string;
  readonly database: Config['database']['kind'];
  /** Which migrations the database has had. */
  readonly migrations: readonly string[];
}

/** The names of an archive's entries. */
export const NAMES = {
  manifest: 'manifest.json',
  secret: 'secret',
  database: 'database',
  /** A clients file that stands outside of the data directory. */
  clients: 'clients.yaml',
  /** Before the path of each file of the data directory. */
  data: 'data/',
} as const;

/** @throws BackupFailure when the archive is not for this program, or not for this database */
export function accept(
  manifest: Manifest,
  { database }: Pick<Config, 'database'>,
  known: readonly string[],
): Manifest {
  const unknown = manifest.migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new BackupFailure(
      'newer-version',
      `Gatehouse ${manifest.version} made this archive, with a database that this one (${programVersion()}) does not know (${unknown.join(', ')}): restore it with that version or a later one`,
    );
  if (manifest.database !== database.kind)
    throw new BackupFailure(
      'other-database',
      `the archive is of ${manifest.database}, and DATABASE_URL leads to ${database.kind}: set it to a ${manifest.database} database`,
    );
  return manifest;
}
