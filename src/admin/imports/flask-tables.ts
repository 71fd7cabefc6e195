import type { DatabaseSync } from 'node:sqlite';
import { ImportFailure } from './failures.js';

const BACKUP_CODES = /(?:backup|recovery|scratch)_?codes?/i;
const SOUNDS_LIKE_A_FACTOR = /2fa|two_?fa|otp|mfa|tfa|factor|webauthn|passkey|authenticator/i;
const OWNER = ['user_id', 'userid', 'users_id'];

/**
 * What stands beside the table of accounts: whose backup codes have a table of their own.
 * @throws ImportFailure where a second factor may have one: nobody is to come in without it
 */
export function ownersOfCodes(database: DatabaseSync, accounts: string): ReadonlySet<unknown> {
  const tables = database
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name <> ? ORDER BY name`,
    )
    .all(accounts)
    .map(({ name }) => String(name));
  const owners = new Set<unknown>();
  for (const table of tables) {
    if (BACKUP_CODES.test(table)) for (const owner of ownersIn(database, table)) owners.add(owner);
    else if (SOUNDS_LIKE_A_FACTOR.test(table) && !isEmpty(database, table))
      throw new ImportFailure(
        'unknown-second-factor',
        `table ${JSON.stringify(table)} sounds like second factors, and is not known here`,
      );
  }
  return owners;
}

function ownersIn(database: DatabaseSync, table: string): unknown[] {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(table);
  const column = OWNER.find((name) => columns.some((each) => each['name'] === name));
  if (!column) return [];
  const rows = database.prepare(`SELECT DISTINCT "${column}" AS owner FROM ${quoted(table)}`).all();
  return rows.map(({ owner }) => owner);
}

function isEmpty(database: DatabaseSync, table: string): boolean {
  return database.prepare(`SELECT 1 AS one FROM ${quoted(table)} LIMIT 1`).get() === undefined;
}

/** A name in a stranger's schema may have anything in it. */
function quoted(table: string): string {
  return `"${table.replaceAll('"', '""')}"`;
}
