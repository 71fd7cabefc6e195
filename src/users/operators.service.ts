import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { roleGiven } from './events.js';
import { HELP_DESK, lockOperators, OPERATORS } from './groups.service.js';
import { OneTimeLinks } from './one-time-links.js';

/** What somebody may do on the operators' pages: everything, or help the people who sign in. */
export type Role = 'operator' | 'help-desk';

/** Whoever has one of these can become the account's owner. */
const AS_GOOD_AS_THE_OWNER = ['sign-in', 'reset-password', 'confirm-new-email'] as const;

const GROUP_OF: Record<Role, string> = { operator: OPERATORS, 'help-desk': HELP_DESK };

export interface OperatorInfo {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
}

/**
 * Who may use the operators' pages, and how much of them. A role is a membership of a built-in group, asked at each request: it
 * ends at once, whatever session is still open. Somebody has one role at most.
 */
@Injectable()
export class Operators {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly links: OneTimeLinks,
    private readonly events: Events,
  ) {}

  async roleOf(accountId: string): Promise<Role | undefined> {
    const rows = await this.sql.settled<{ group_name: string }>(
      'SELECT group_name FROM group_member WHERE account_id = ?',
      accountId,
    );
    return strongest(rows);
  }

  async all(): Promise<OperatorInfo[]> {
    const rows = await this.sql.rows<{ id: string; username: string; email: string; group_name: string }>(
      `SELECT a.id, a.username, a.email, m.group_name FROM group_member m JOIN account a ON a.id = m.account_id
       WHERE m.group_name IN (?, ?) ORDER BY a.username`,
      OPERATORS,
      HELP_DESK,
    );
    return rows.map(({ id, username, email, group_name }) => ({
      id,
      username,
      email,
      role: group_name === OPERATORS ? 'operator' : 'help-desk',
    }));
  }

  /**
   * Gives somebody the role, and takes the other one. Links that were made for them before it end: the help desk may have them.
   * @param role undefined: none any more
   * @param evenTheLast for the shell, which can make another one
   * @returns the role before; `last-operator`: nothing was changed, since nobody could change anything any more
   */
  async setRole(
    accountId: string,
    role: Role | undefined,
    { evenTheLast = false } = {},
  ): Promise<{ readonly before: Role | undefined } | 'last-operator'> {
    return this.sql.transaction(async (sql) => {
      if (role !== 'operator' && !evenTheLast && (await this.isLast(sql, accountId))) return 'last-operator';
      if (evenTheLast || role === 'operator') await lockOperators(sql, this.clock.now().getTime());
      const before = strongest(
        await sql.rows<{ group_name: string }>(
          'SELECT group_name FROM group_member WHERE account_id = ?',
          accountId,
        ),
      );
      if (before === role) return { before };
      if (before)
        await sql.run(
          'DELETE FROM group_member WHERE account_id = ? AND group_name IN (?, ?)',
          accountId,
          OPERATORS,
          HELP_DESK,
        );
      if (role) {
        await this.join(sql, accountId, GROUP_OF[role]);
        for (const purpose of AS_GOOD_AS_THE_OWNER) await this.links.endAll(sql, accountId, purpose);
        await this.events.emit(roleGiven, { accountId, sql });
      }
      return { before };
    });
  }

  /**
   * Inside a transaction, before somebody is disabled, deleted or loses the role: whether no operator who can sign in would be
   * left. Two of them who end each other at once wait here for one another, and one of them stays.
   */
  async isLast(sql: SqlRunner, accountId: string): Promise<boolean> {
    await lockOperators(sql, this.clock.now().getTime());
    const active = await sql.rows<{ id: string }>(
      `SELECT a.id FROM group_member m JOIN account a ON a.id = m.account_id
       WHERE m.group_name = ? AND a.disabled_at IS NULL AND a.deletion_due_at IS NULL`,
      OPERATORS,
    );
    return active.length === 1 && active[0]!.id === accountId;
  }

  private async join(sql: SqlRunner, accountId: string, group: string): Promise<void> {
    const now = this.clock.now().getTime();
    await sql.run(
      'INSERT INTO account_group (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
      group,
      now,
    );
    await sql.run(
      'INSERT INTO group_member (account_id, group_name, added_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      accountId,
      group,
      now,
    );
  }
}

function strongest(rows: readonly { group_name: string }[]): Role | undefined {
  if (rows.some(({ group_name }) => group_name === OPERATORS)) return 'operator';
  return rows.some(({ group_name }) => group_name === HELP_DESK) ? 'help-desk' : undefined;
}
