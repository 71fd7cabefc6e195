import type { EntityManager } from '@mikro-orm/core';
import type { SqlRunner } from '../database/sql.js';
import { Account } from './account.entity.js';

/** Whether an account still is what whoever changes it has seen. */
export type Still = (account: Account) => boolean;

/**
 * Inside a transaction, and by a write: from here to its end nobody else changes the account, so what is concluded from it
 * stays true until the change is made.
 */
export async function heldAccount(em: EntityManager, sql: SqlRunner, id: string): Promise<Account | null> {
  await sql.run('UPDATE account SET updated_at = updated_at WHERE id = ?', id);
  return em.findOne(Account, { id });
}
