import type { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { randomToken } from '../kernel/secrets.js';
import { Account } from './account.entity.js';
import { emailKey, usernameKey } from './identifiers.js';
import { OneTimeLinks } from './one-time-links.js';

/** Somebody from another program. What the hash is, foreign-hash.ts has made sure of. */
export interface NewImportedAccount {
  readonly username: string;
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly isDisabled: boolean;
  readonly displayName: string | null;
  readonly locale: string | null;
  readonly passwordHash: string | null;
  readonly details: Record<string, string> | null;
  readonly address: Record<string, string> | null;
  readonly phoneNumber: string | null;
  readonly attributes: Record<string, unknown> | null;
}

export type Obstacle = 'username-taken' | 'email-taken' | 'email-reserved';

/** Makes accounts of what another program kept. One that is there already is never touched. */
@Injectable()
export class ImportedAccounts {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly links: OneTimeLinks,
  ) {}

  /** What stands in the way of an account; undefined: nothing, for now. */
  async obstacle(
    { username, email }: { username: string; email: string },
    sql: SqlRunner = this.sql,
  ): Promise<Obstacle | undefined> {
    const [name, address] = [usernameKey(username), emailKey(email)];
    const [taken] = await sql.rows<{ username_key: string }>(
      'SELECT username_key FROM account WHERE username_key = ? OR email_key = ? LIMIT 1',
      name,
      address,
    );
    if (taken) return taken.username_key === name ? 'username-taken' : 'email-taken';
    return (await this.links.reservedFor(sql, address)) ? 'email-reserved' : undefined;
  }

  /** @throws what the unique indexes say, when somebody else was quicker */
  async insertWithin(em: EntityManager, person: NewImportedAccount): Promise<string> {
    const id = randomToken(16);
    const now = this.clock.now();
    const { isEmailVerified, isDisabled, ...facts } = person;
    await em.insert(Account, {
      ...facts,
      id,
      usernameKey: usernameKey(person.username),
      emailKey: emailKey(person.email),
      emailVerifiedAt: isEmailVerified ? now : null,
      disabledAt: isDisabled ? now : null,
      passwordChangedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }
}
