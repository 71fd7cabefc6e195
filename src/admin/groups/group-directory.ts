import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Client } from '../../clients/client.entity.js';
import { Declarations } from '../../clients/declarations.service.js';
import { DeclaredClaims } from '../../clients/declared-claims.js';
import { Sql, type SqlRunner } from '../../database/sql.js';
import { isBuiltInGroup } from '../../users/groups.service.js';
import { identifierKey, isImpossible } from '../../users/identifiers.js';

/** Nobody counts further. */
export const COUNTED = 10_000;
/** So many members are sorted when a page of them is wanted; more are met soon enough when one goes along all names. */
const FEW = 2_000;
export const MEMBERS_PAGE = 50;

/** What changes of a group here. */
export interface GroupState {
  readonly name: string;
  readonly description: string | null;
  /** At most COUNTED + 1. */
  readonly members: number;
}

export interface ListedGroup extends GroupState {
  readonly isDeclared: boolean;
}

export interface Member {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly addedAt: Date;
}

export interface MembersPage {
  readonly members: readonly Member[];
  /** The `after` of the next page; undefined: there is none. */
  readonly after: string | undefined;
}

type MemberRow = Omit<Member, 'addedAt'> & { username_key: string; added_at: number | string };

/** Groups, and who is in them, for operators to look at: as fast with a million members as with three. */
@Injectable()
export class GroupDirectory {
  constructor(
    private readonly sql: Sql,
    private readonly em: EntityManager,
    private readonly declarations: Declarations,
    private readonly claims: DeclaredClaims,
  ) {}

  async all(): Promise<ListedGroup[]> {
    // LIKE would take a small letter for a capital one in SQLite.
    return this.listed('substr(name, 1, 10) <> ?', 'gatehouse-');
  }

  async one(name: string): Promise<ListedGroup | undefined> {
    if (isBuiltInGroup(name) || isImpossible(name)) return undefined;
    return (await this.listed('name = ?', name))[0];
  }

  /** Inside a transaction that changes it. */
  async state(sql: SqlRunner, name: string): Promise<GroupState | undefined> {
    const [group] = await sql.rows<Pick<GroupState, 'name' | 'description'>>(
      'SELECT name, description FROM account_group WHERE name = ?',
      name,
    );
    return group && { ...group, members: await this.count(name, COUNTED, sql) };
  }

  /** @param after the key of the last name that was seen, or what names are to begin after */
  async members(group: string, after = '', limit = MEMBERS_PAGE): Promise<MembersPage> {
    const what = `a.id AS "id", a.username AS "username", a.email AS "email", a.username_key, m.added_at`;
    const which = `m.account_id = a.id AND m.group_name = ? AND a.username_key > ? ORDER BY a.username_key LIMIT ?`;
    const isSmall = (await this.count(group, FEW)) <= FEW;
    // In SQLite a CROSS JOIN is done in the order in which it is written.
    const rows = await this.sql.rows<MemberRow>(
      isSmall
        ? `SELECT ${what} FROM group_member m CROSS JOIN account a WHERE ${which}`
        : `SELECT ${what} FROM account a CROSS JOIN group_member m WHERE ${which}`,
      group,
      after,
      limit + 1,
    );
    const members = rows.slice(0, limit).map(({ id, username, email, added_at }) => ({
      id,
      username,
      email,
      addedAt: new Date(Number(added_at)),
    }));
    return { members, after: rows.length > limit ? rows[limit - 1]!.username_key : undefined };
  }

  /** The one member whose name or address it is; or those whose names come from there on. */
  async search(group: string, typed: string): Promise<MembersPage> {
    const { kind, key } = identifierKey(typed);
    if (isImpossible(key)) return { members: [], after: undefined };
    const [exact] = await this.sql.rows<MemberRow>(
      `SELECT a.id AS "id", a.username AS "username", a.email AS "email", a.username_key, m.added_at
       FROM account a CROSS JOIN group_member m
       WHERE a.${kind === 'email' ? 'email_key' : 'username_key'} = ? AND m.account_id = a.id AND m.group_name = ?`,
      key,
      group,
    );
    if (kind === 'email' && !exact) return { members: [], after: undefined };
    if (exact) {
      const { id, username, email, added_at } = exact;
      return { members: [{ id, username, email, addedAt: new Date(Number(added_at)) }], after: undefined };
    }
    return this.members(group, key);
  }

  /** Applications that let only its members in (others stand beside it), and claims that tell of it. */
  async usesOf(group: string): Promise<{ applications: string[]; claims: string[] }> {
    const clients = await this.em.fork().find(Client, {}, { fields: ['metadata'] });
    const isFor = (metadata: Record<string, unknown>) =>
      ((metadata['groups'] ?? []) as string[]).includes(group);
    const claims = (await this.claims.all()).filter(
      ({ source }) => source.kind === 'groups' && (!source.mapping || Object.hasOwn(source.mapping, group)),
    );
    return {
      applications: clients
        .filter(({ metadata }) => isFor(metadata))
        .map(
          ({ id, metadata }) =>
            ((metadata as Record<string, unknown>)['client_name'] as string | undefined) ?? id,
        )
        .sort(),
      claims: claims.map(({ name }) => name),
    };
  }

  private async listed(where: string, param: string): Promise<ListedGroup[]> {
    const groups = await this.sql.rows<{ name: string; description: string | null }>(
      `SELECT name, description FROM account_group WHERE ${where} ORDER BY name`,
      param,
    );
    const declared = new Set(await this.declarations.names('groups'));
    const listed: ListedGroup[] = [];
    for (const group of groups)
      listed.push({
        ...group,
        members: await this.count(group.name, COUNTED),
        isDeclared: declared.has(group.name),
      });
    return listed;
  }

  private async count(group: string, most: number, sql: SqlRunner = this.sql): Promise<number> {
    const [row] = await sql.rows<{ n: number | string }>(
      'SELECT COUNT(*) AS n FROM (SELECT 1 FROM group_member WHERE group_name = ? LIMIT ?) AS found',
      group,
      most + 1,
    );
    return Number(row!.n);
  }
}
