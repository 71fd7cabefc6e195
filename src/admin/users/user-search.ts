import { Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import { Sql } from '../../database/sql.js';
import { HELP_DESK, OPERATORS } from '../../users/groups.service.js';
import { isImpossible, usernameKey } from '../../users/identifiers.js';
import type { Role } from '../../users/operators.service.js';
import {
  conditionsOf,
  groupsOf,
  HAS_FACTOR,
  INDEXED,
  KEY,
  notCalled,
  stretchOf,
  type Condition,
  type Order,
  type UserQuery,
} from './user-query.js';

export const USERS_PAGE = 25;
/** A group up to this size is looked through as a whole, a greater one is met often enough among everybody. */
const FEW = 5000;
/** So many accounts are looked through at a time, where no index names those that are asked for; then others have their turn. */
const SLICE = 10_000;
/** So long it is looked for more, in milliseconds; what has been found by then is shown, and the next page looks on. */
const PATIENCE = 700;

/** Somebody on the list. */
export interface ListedUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly disabled: boolean;
  readonly leaving: boolean;
  readonly hasSecondFactor: boolean;
  readonly role: Role | undefined;
  readonly createdAt: Date;
}

export interface UserPage {
  readonly users: readonly ListedUser[];
  /** For UserQuery.after; undefined: that was all. */
  readonly next: string | undefined;
}

interface Row {
  id: string;
  username: string;
  email: string;
  email_verified_at: unknown;
  disabled_at: unknown;
  deletion_due_at: unknown;
  created_at: number | Date;
  has_factor: number;
}

interface Found {
  readonly row: Row;
  readonly order: Order;
}

const ORDERS: readonly Order[] = ['username', 'email'];
const COLUMNS = `a.id, a.username, a.email, a.email_verified_at, a.disabled_at, a.deletion_due_at, a.created_at,
  CASE WHEN ${HAS_FACTOR} THEN 1 ELSE 0 END AS has_factor`;
const ID = /^[A-Za-z0-9_-]{22}$/;
const CURSOR = /^(username|email)\.([A-Za-z0-9_-]{22})$/;

/** The list of accounts, by user name, a page at a time and however many there are: each page follows an index from where the last ended. */
@Injectable()
export class UserSearch {
  constructor(private readonly sql: Sql) {}

  async page(query: UserQuery): Promise<UserPage> {
    const { term = '', group = '', limit = USERS_PAGE } = query;
    if (isImpossible(usernameKey(term)) || isImpossible(group)) return { users: [], next: undefined };
    const start = await this.start(query.after);
    const found: Found[] = query.after === undefined ? await this.byId(term) : [];
    for (const order of usernameKey(term) === ''
      ? (['username'] as const)
      : ORDERS.slice(ORDERS.indexOf(start.order))) {
      const after = order === start.order ? start.key : undefined;
      const { rows, stoppedAt } = await this.walk(query, order, after, limit + 1 - found.length);
      found.push(...rows.filter(({ id }) => id !== found[0]?.row.id).map((row) => ({ row, order })));
      if (stoppedAt) return { users: await this.listed(found), next: `${order}.${stoppedAt}` };
      if (found.length > limit) break;
    }
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      users: await this.listed(found.slice(0, limit)),
      next: last && `${last.order}.${last.row.id}`,
    };
  }

  /** An account that is gone, or was never there, leads to the beginning. */
  private async start(after: string | undefined): Promise<{ order: Order; key: string | undefined }> {
    const [, order, id] = CURSOR.exec(after ?? '') ?? [];
    if (!order || !id) return { order: 'username', key: undefined };
    const [row] = await this.sql.rows<{ username_key: string; email_key: string }>(
      'SELECT username_key, email_key FROM account WHERE id = ?',
      id,
    );
    return {
      order: row ? (order as Order) : 'username',
      key: row && (order === 'email' ? row.email_key : row.username_key),
    };
  }

  private async byId(term: string): Promise<Found[]> {
    if (!ID.test(term.trim())) return [];
    const rows = await this.sql.rows<Row>(`SELECT ${COLUMNS} FROM account a WHERE a.id = ?`, term.trim());
    return rows.map((row) => ({ row, order: 'username' }));
  }

  /**
   * Those after a key, at most `limit`.
   * @returns stoppedAt: the account up to which it has been looked, where there was too much to look through
   */
  private async walk(
    query: UserQuery,
    order: Order,
    after: string | undefined,
    limit: number,
  ): Promise<{ rows: Row[]; stoppedAt?: string }> {
    const groups = groupsOf(query);
    const few = await this.fewIn(groups);
    const rest = groups.filter((group) => group !== few);
    const { term = '', shown = 'all' } = query;
    const conditions = [...conditionsOf(query, rest), ...(order === 'email' ? [notCalled(term)] : [])];
    const isIndexed = order === 'username' && rest.length === 0 && (shown === 'all' || INDEXED.has(shown));
    if (few !== undefined || isIndexed) {
      const stretch = stretchOf(term, { order, after });
      return { rows: await this.select(few, order, [...stretch, ...conditions], limit) };
    }

    const rows: Row[] = [];
    let from = after;
    const until = performance.now() + PATIENCE;
    for (;;) {
      const end = await this.sliceEnd(order, stretchOf(term, { order, after: from }));
      const stretch = stretchOf(term, { order, after: from, upTo: end?.key });
      rows.push(...(await this.select(undefined, order, [...stretch, ...conditions], limit - rows.length)));
      if (!end || rows.length === limit) return { rows };
      if (performance.now() > until) return { rows, stoppedAt: end.id };
      from = end.key;
      await setImmediate();
    }
  }

  /** The first of the groups that has few members: the list begins with those then. */
  private async fewIn(groups: readonly string[]): Promise<string | undefined> {
    for (const group of groups) {
      const [row] = await this.sql.rows<{ n: number | string }>(
        'SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM group_member WHERE group_name = ? LIMIT ?) counted',
        group,
        FEW + 1,
      );
      if (Number(row!.n) <= FEW) return group;
    }
    return undefined;
  }

  private async sliceEnd(
    order: Order,
    conditions: readonly Condition[],
  ): Promise<{ key: string; id: string } | undefined> {
    const [row] = await this.sql.rows<{ key: string; id: string }>(
      `SELECT ${KEY[order]} AS key, a.id FROM account a ${where(conditions)} ORDER BY ${KEY[order]} LIMIT 1 OFFSET ?`,
      ...paramsOf(conditions),
      SLICE - 1,
    );
    return row;
  }

  private select(
    group: string | undefined,
    order: Order,
    conditions: readonly Condition[],
    limit: number,
  ): Promise<Row[]> {
    // In SQLite a CROSS JOIN keeps to this order: the members first.
    const from = group === undefined ? 'account a' : 'group_member m CROSS JOIN account a';
    const members = { sql: 'm.group_name = ? AND a.id = m.account_id', params: [group] };
    const all = group === undefined ? conditions : [members, ...conditions];
    return this.sql.rows<Row>(
      `SELECT ${COLUMNS} FROM ${from} ${where(all)} ORDER BY ${KEY[order]} LIMIT ?`,
      ...paramsOf(all),
      limit,
    );
  }

  private async listed(found: readonly Found[]): Promise<ListedUser[]> {
    const ids = found.map(({ row }) => row.id);
    const roles = await this.sql.rows<{ account_id: string; group_name: string }>(
      `SELECT account_id, group_name FROM group_member WHERE group_name IN (?, ?)
       AND account_id IN (${['?', ...ids.map(() => '?')].join(', ')})`,
      OPERATORS,
      HELP_DESK,
      '',
      ...ids,
    );
    const roleOf = new Map(
      roles.map(({ account_id: id, group_name: group }): [string, Role] => [
        id,
        group === OPERATORS ? 'operator' : 'help-desk',
      ]),
    );
    return found.map(({ row }) => ({
      id: row.id,
      username: row.username,
      email: row.email,
      emailVerified: row.email_verified_at !== null,
      disabled: row.disabled_at !== null,
      leaving: row.deletion_due_at !== null,
      hasSecondFactor: Number(row.has_factor) === 1,
      role: roleOf.get(row.id),
      createdAt: new Date(row.created_at),
    }));
  }
}

function where(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
}

function paramsOf(conditions: readonly Condition[]): unknown[] {
  return conditions.flatMap(({ params }) => params);
}
