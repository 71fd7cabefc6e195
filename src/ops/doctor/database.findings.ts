import type { Config } from '../../config/config.js';
import type { SchemaState } from '../../database/schema.js';
import { codesOf } from './codes.js';
import { error, fine, warning, type Finding } from './findings.js';

const CHECK = 'database';
/** Those before it get no corrections any more, and nothing here is tried on them. */
const OLDEST_POSTGRESQL = 14;
/** A sign-in makes about a dozen round trips. */
const SLOW = 50;

/** @param version as the server says it: "15.13 (Debian 15.13-0+deb12u1)" */
export function versionFinding(kind: Config['database']['kind'], version: string): Finding {
  if (kind === 'sqlite') return fine(CHECK, `SQLite ${version}`);
  if (parseInt(version, 10) >= OLDEST_POSTGRESQL) return fine(CHECK, `PostgreSQL ${version}`);
  return error(
    CHECK,
    'database-too-old',
    `PostgreSQL ${version} is too old`,
    `upgrade it to ${OLDEST_POSTGRESQL} or newer (pg_upgrade, or dump and restore)`,
  );
}

export function latencyFinding(milliseconds: number): Finding {
  const says = `it answers within ${milliseconds < 1 ? '1' : milliseconds.toFixed(0)} ms`;
  if (milliseconds <= SLOW) return fine(CHECK, says);
  return warning(
    CHECK,
    'database-slow',
    says,
    'bring it nearer: the same network and region, an unloaded disk',
  );
}

export function schemaFinding({ pending, unknown, isEmpty }: SchemaState): Finding {
  if (isEmpty) return fine('migrations', 'the database is empty: the first start makes its tables');
  if (unknown.length > 0)
    return error(
      'migrations',
      'database-newer',
      `the database was migrated by a newer version (${unknown.join(', ')})`,
      'run that version, or restore the backup from before the upgrade',
    );
  if (pending.length > 0)
    return warning(
      'migrations',
      'migrations-pending',
      `the database still has to go through ${pending.join(', ')}`,
      'back up, then start this version: it migrates at the start',
    );
  return fine('migrations', 'every migration is done');
}

/** Of the URL nothing is said but where it leads. */
export function databaseAwayFinding(database: Config['database'], thrown: unknown): Finding {
  const codes = codesOf(thrown);
  const code = codes.at(-1) ?? 'no answer';
  if (database.kind === 'sqlite')
    return error(
      CHECK,
      'database-unusable',
      `${database.file} cannot be used (${code})`,
      'see to its owner and rights; if the file is damaged, restore the backup',
    );
  const { host, pathname } = new URL(database.url);
  const where = `PostgreSQL at ${host}`;
  const known: Record<string, [cause: string, says: string, mend: string]> = {
    '28P01': [
      'database-login',
      `${where} refuses the login`,
      'correct user name and password in DATABASE_URL',
    ],
    '28000': [
      'database-login',
      `${where} lets this user or machine not in`,
      'let them in: pg_hba.conf, CREATE ROLE',
    ],
    '3D000': [
      'database-missing',
      `${where} has no database ${pathname.slice(1)}`,
      'make it: createdb, with that user as owner',
    ],
    '42501': [
      'database-rights',
      `${where} refuses something for want of rights`,
      'make the user of DATABASE_URL owner of the database',
    ],
  };
  const [cause, says, mend] = codes.flatMap((each) =>
    Object.hasOwn(known, each) ? [known[each]!] : [],
  )[0] ?? [
    'database-unreachable',
    `${where} cannot be reached (${code})`,
    'start it, or correct host and port in DATABASE_URL; look at firewalls and listen_addresses',
  ];
  return error(CHECK, cause, says, mend);
}
