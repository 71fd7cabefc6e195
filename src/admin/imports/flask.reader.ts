import type { DatabaseSync } from 'node:sqlite';
import { ImportFailure } from './failures.js';
import { ownersOfCodes } from './flask-tables.js';
import type { Found } from './foreign-user.js';

/** What the columns of the demonstration's table are called; it came in several spellings. The first that is there counts. */
const COLUMNS = {
  id: ['id', 'user_id'],
  username: ['username', 'user_name'],
  email: ['email', 'email_address'],
  hash: ['password_hash', 'hashed_password', 'password'],
  seed: ['totp_secret', 'otp_secret', 'two_factor_secret', 'twofa_secret', 'mfa_secret', 'tfa_secret'],
  isOn: [
    'is_2fa_enabled',
    'two_factor_enabled',
    'is_two_factor_enabled',
    'twofa_enabled',
    'totp_enabled',
    'is_totp_enabled',
    'otp_enabled',
    'mfa_enabled',
    'tfa_enabled',
  ],
  backupCodes: ['backup_codes', 'backup_codes_hash', 'backup_codes_json', 'backup_code_hashes'],
} as const;
type Part = keyof typeof COLUMNS;

/** What sounds like a second factor and is none of these may be one: then nothing is imported rather than accounts without it. */
const SOUNDS_LIKE_A_FACTOR = /2fa|two_?fa|otp|mfa|tfa|factor|secret|webauthn|passkey/i;
const LONGEST = 1_000;

/**
 * The Flask demonstration's `users.db`: table `user` (or `users`), Werkzeug's hashes, pyotp's seeds. The file is only read,
 * and what stands in it is data: no view and no virtual table is asked, no function of the schema runs.
 */
export async function* readFlask(file: string): AsyncGenerator<Found> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = open(() => new DatabaseSync(file, { readOnly: true, allowExtension: false }));
  try {
    const { rows, owners } = open(() => {
      database.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON');
      const { table, columns } = accountTable(database);
      const owners = ownersOfCodes(database, table);
      const list = Object.entries(columns).map(([part, column]) => `"${column}" AS "${part}"`);
      return { owners, rows: database.prepare(`SELECT ${list.join(', ')} FROM "${table}"`).iterate() };
    });
    for (;;) {
      const next = open(() => rows.next());
      if (next.done) return;
      yield found(next.value, owners);
    }
  } finally {
    database.close();
  }
}

function open<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImportFailure) throw error;
    throw new ImportFailure('other-format', 'the file is not an SQLite database, or is damaged');
  }
}

function accountTable(database: DatabaseSync): { table: string; columns: Partial<Record<Part, string>> } {
  const [entry, ...more] = database
    .prepare(
      `SELECT name FROM sqlite_master
       WHERE type = 'table' AND rootpage > 0 AND lower(name) IN ('user', 'users') ORDER BY name`,
    )
    .all();
  if (!entry || more.length > 0)
    throw new ImportFailure('no-account-table', 'there is not one table that is called user or users');
  const table = entry['name'] as string;
  const names = database.prepare('SELECT name FROM pragma_table_info(?)').all(table);
  const there = names.map(({ name }) => String(name));
  const columns = Object.fromEntries(
    Object.entries(COLUMNS).flatMap(([part, known]) => {
      const column = known.find((name) => there.includes(name));
      return column ? [[part, column]] : [];
    }),
  ) as Partial<Record<Part, string>>;
  const missing = (['username', 'email', 'hash'] as const).filter((part) => !columns[part]);
  if (missing.length > 0)
    throw new ImportFailure(
      'no-account-table',
      `table ${table} has no column ${COLUMNS[missing[0]!].join(' or ')}`,
    );
  const taken = Object.values(columns);
  const strange = there.find((name) => SOUNDS_LIKE_A_FACTOR.test(name) && !taken.includes(name));
  if (strange !== undefined || (columns.isOn && !columns.seed))
    throw new ImportFailure(
      'unknown-second-factor',
      `a second factor stands in column ${JSON.stringify(strange ?? columns.isOn)}, which is not known here, or has no seed beside it`,
    );
  return { table, columns };
}

function found(row: Partial<Record<Part, unknown>>, ownersOfCodes: ReadonlySet<unknown>): Found {
  const label = text(row.username) ?? '';
  const unreadable = (reason: string): Found => ({ kind: 'unreadable', label, reason });
  const [username, email, passwordHash] = [text(row.username), text(row.email), text(row.hash)];
  if (username === undefined) return unreadable('unusable-username');
  if (email === undefined) return unreadable('unusable-email');
  if (passwordHash === undefined) return unreadable('malformed-hash');

  const hasSeed = row.seed != null && row.seed !== '';
  // Where no column says whether it was switched on, a seed counts: nobody comes in with less than they had.
  const isOn = 'isOn' in row ? isTrue(row.isOn) : hasSeed;
  const seed = text(row.seed);
  if (isOn && seed === undefined) return unreadable('second-factor-without-seed');
  const inColumn = row.backupCodes != null && row.backupCodes !== '' && row.backupCodes !== '[]';
  const hasCodes = inColumn || (row.id != null && ownersOfCodes.has(row.id));
  const notes = [
    ...(hasSeed && !isOn ? ['seed-was-not-switched-on'] : []),
    ...(isOn && hasCodes ? ['backup-codes-not-carried-over'] : []),
  ];
  const seeds = isOn ? [{ name: '', secret: seed! }] : [];
  return { kind: 'user', user: { username, email, passwordHash, seeds, notes } };
}

/** Anything but a plain no: see above. */
function isTrue(value: unknown): boolean {
  return !(
    value === null ||
    value === 0 ||
    value === 0n ||
    value === '' ||
    value === '0' ||
    value === 'false'
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST ? value : undefined;
}
