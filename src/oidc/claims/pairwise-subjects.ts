import { Injectable } from '@nestjs/common';
import type { Client } from 'oidc-provider';
import { setImmediate as turn } from 'node:timers/promises';
import { Sql } from '../../database/sql.js';
import { Secrets } from '../../kernel/secrets.js';
import { pairwiseId } from './pairwise.js';

/** Accounts at a time: a millisecond or two, so that nobody waits behind it. */
const PAGE = 200;
const REMEMBERED = 10_000;

/**
 * Whose pairwise subject it is. That cannot be computed, nor is it stored (ARCHITECTURE.md): the accounts are gone through
 * until one of them has it. So ask only about a subject that this server has signed for the client, and count the askings
 * that find nobody; what was found is remembered.
 */
@Injectable()
export class PairwiseSubjects {
  private readonly found = new Map<string, string>();

  constructor(
    private readonly sql: Sql,
    private readonly secrets: Secrets,
  ) {}

  /** @returns the account's id; the account may be gone meanwhile, or disabled */
  async accountOf(client: Client, subject: string): Promise<string | undefined> {
    const known = this.found.get(subject);
    // Should the client have moved to another sector, that one does not know this subject.
    if (known !== undefined) return pairwiseId(this.secrets, known, client) === subject ? known : undefined;
    for (let last = ''; ; await turn()) {
      const rows = await this.sql.rows<{ id: string }>(
        'SELECT id FROM account WHERE id > ? ORDER BY id LIMIT ?',
        last,
        PAGE,
      );
      const match = rows.find(({ id }) => pairwiseId(this.secrets, id, client) === subject);
      if (match) return this.remember(subject, match.id);
      if (rows.length < PAGE) return undefined;
      last = rows.at(-1)!.id;
    }
  }

  private remember(subject: string, accountId: string): string {
    this.found.set(subject, accountId);
    if (this.found.size > REMEMBERED) this.found.delete(this.found.keys().next().value!);
    return accountId;
  }
}
