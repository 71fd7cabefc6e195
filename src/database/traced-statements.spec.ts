import { describe, expect, it } from '@jest/globals';
import { statementName } from './traced-statements.js';

describe('the name of a statement', () => {
  it.each([
    ['SELECT id, name FROM account WHERE email_key = ?', 'SELECT account'],
    ['select "a0"."id" from "account" as "a0" where "a0"."email" = \'ada@example.org\'', 'SELECT account'],
    ['  INSERT INTO audit_event (at, name)\n VALUES (?, ?)', 'INSERT audit_event'],
    ['update `account` set `locale` = 1', 'UPDATE account'],
    ['DELETE FROM mail WHERE id IN (SELECT id FROM mail)', 'DELETE mail'],
    ['COMMIT', 'COMMIT'],
    ['SAVEPOINT work', 'SAVEPOINT'],
    ['SELECT 1 AS one', 'SELECT'],
    ['PRAGMA data_version', 'PRAGMA'],
    ['', 'STATEMENT'],
  ])('of %j is its kind and its table', (text, name) => {
    expect(statementName(text)).toBe(name);
  });
});
