import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';

/** Who may use the operators' pages. It is Gatehouse's own: no file declares it, no application is told of it. */
export const OPERATORS = 'gatehouse-operators';
/** Who may use those that help people; the same. */
export const HELP_DESK = 'gatehouse-help-desk';
export const GROUP_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;

/**
 * Inside a transaction: whoever makes or ends operators, or a set-up link, waits here for one another, on the row of their group.
 * @param now epoch milliseconds
 */
export async function lockOperators(sql: SqlRunner, now: number): Promise<void> {
  await sql.run(
    'INSERT INTO account_group (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    OPERATORS,
    now,
  );
  await sql.run('UPDATE account_group SET created_at = created_at WHERE name = ?', OPERATORS);
}

export const isBuiltInGroup = (name: string) => name.startsWith('gatehouse-');

export interface GroupInfo {
  readonly name: string;
  readonly description: string | null;
  readonly members: number;
}

/** Whether a group still is what whoever changes it has seen. It reads with the runner of the transaction that changes it. */
export type StillThat = (sql: SqlRunner) => Promise<boolean>;

/** A write first, which holds the row until the end of the transaction. */
async function isHeld(sql: SqlRunner, name: string, still: StillThat = () => Promise.resolve(true)) {
  await sql.run('UPDATE account_group SET created_at = created_at WHERE name = ?', name);
  return still(sql);
}

/** Groups, and who is in them. Only operators change that. */
@Injectable()
export class Groups {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /** The groups of one account that applications may be told of, by name. */
  async of(accountId: string): Promise<string[]> {
    const rows = await this.sql.settled<{ group_name: string }>(
      'SELECT group_name FROM group_member WHERE account_id = ?',
      accountId,
    );
    return rows
      .map(({ group_name }) => group_name)
      .filter((name) => !isBuiltInGroup(name))
      .sort();
  }

  /** Whether the account is in one of the groups. */
  async isInOneOf(accountId: string, groups: readonly string[]): Promise<boolean> {
    const rows = await this.sql.settled<{ group_name: string }>(
      'SELECT group_name FROM group_member WHERE account_id = ?',
      accountId,
    );
    return rows.some(({ group_name }) => groups.includes(group_name));
  }

  async all(): Promise<GroupInfo[]> {
    const rows = await this.sql.rows<{ name: string; description: string | null; members: number | string }>(
      `SELECT name, description, (SELECT COUNT(*) FROM group_member WHERE group_name = name) AS members
       FROM account_group ORDER BY name`,
    );
    return rows.map((row) => ({ ...row, members: Number(row.members) }));
  }

  async one(name: string): Promise<Pick<GroupInfo, 'name' | 'description'> | undefined> {
    const [row] = await this.sql.rows<Pick<GroupInfo, 'name' | 'description'>>(
      'SELECT name, description FROM account_group WHERE name = ?',
      name,
    );
    return row;
  }

  /** @param still asked while nobody else can change the group @returns what it was before */
  async describe(
    name: string,
    description: string | null,
    still?: StillThat,
  ): Promise<Pick<GroupInfo, 'description'> | 'no-group' | 'not-as-seen'> {
    return this.sql.transaction(async (sql) => {
      if (!(await isHeld(sql, name, still))) return 'not-as-seen';
      const [row] = await sql.rows<Pick<GroupInfo, 'description'>>(
        'SELECT description FROM account_group WHERE name = ?',
        name,
      );
      if (!row) return 'no-group';
      await sql.run('UPDATE account_group SET description = ? WHERE name = ?', description, name);
      return { description: row.description };
    });
  }

  /** The accounts in a group. */
  async members(name: string): Promise<{ id: string; username: string; email: string }[]> {
    return this.sql.rows(
      `SELECT a.id, a.username, a.email FROM group_member m JOIN account a ON a.id = m.account_id
       WHERE m.group_name = ? ORDER BY a.username`,
      name,
    );
  }

  /** @returns false: there is one of this name */
  async create(name: string, description: string | null = null): Promise<boolean> {
    return this.sql.transaction(async (sql) => {
      const made = await sql.run(
        'INSERT INTO account_group (name, description, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        name,
        description,
        this.clock.now().getTime(),
      );
      // Nobody gets in by a membership that was added while an earlier group of this name was deleted.
      if (made === 1) await sql.run('DELETE FROM group_member WHERE group_name = ?', name);
      return made === 1;
    });
  }

  /**
   * With its memberships.
   * @param still asked while nobody else can change the group
   * @returns how many they were; undefined when there is no such group
   */
  async delete(name: string, still?: StillThat): Promise<number | 'not-as-seen' | undefined> {
    return this.sql.transaction(async (sql) => {
      if (!(await isHeld(sql, name, still))) return 'not-as-seen';
      const gone = await sql.run('DELETE FROM account_group WHERE name = ?', name);
      const members = await sql.run('DELETE FROM group_member WHERE group_name = ?', name);
      return gone === 1 ? members : undefined;
    });
  }

  async add(
    accountId: string,
    group: string,
    sql: SqlRunner = this.sql,
  ): Promise<'added' | 'member-already' | 'no-group'> {
    const added = await sql.run(
      `INSERT INTO group_member (account_id, group_name, added_at)
       SELECT CAST(? AS varchar(22)), name, CAST(? AS bigint) FROM account_group WHERE name = ?
       ON CONFLICT DO NOTHING`,
      accountId,
      this.clock.now().getTime(),
      group,
    );
    if (added === 1) return 'added';
    const known = await sql.rows('SELECT 1 AS one FROM account_group WHERE name = ?', group);
    return known.length > 0 ? 'member-already' : 'no-group';
  }

  /** @returns false: the account was not in it */
  async remove(accountId: string, group: string): Promise<boolean> {
    const removed = await this.sql.run(
      'DELETE FROM group_member WHERE account_id = ? AND group_name = ?',
      accountId,
      group,
    );
    return removed === 1;
  }
}
