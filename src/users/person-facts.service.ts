import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Account } from './account.entity.js';
import { kept, type DetailsForm } from './details.js';
import { heldAccount, type Still } from './still.js';

export type Attributes = Readonly<Record<string, unknown>>;

/** Undefined: it is not set. */
export interface AttributeChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What is known of a person beside what the account needs: what they say of themselves, and what operators say of them.
 * The two are kept apart: a role that an application goes by must come from where its owner cannot write.
 */
@Injectable()
export class PersonFacts {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /** The person's own. @param account as it was read for this request */
  async changeDetails(account: Account, form: DetailsForm): Promise<'changed' | 'unchanged'> {
    const facts = kept(form);
    const before = { details: account.details, address: account.address, phoneNumber: account.phoneNumber };
    const named = Object.entries(facts) as [keyof typeof facts, unknown][];
    if (named.every(([name, value]) => isDeepStrictEqual(before[name] ?? null, value))) return 'unchanged';
    await this.em.fork().nativeUpdate(Account, { id: account.id }, { ...facts, updatedAt: this.clock.now() });
    return 'changed';
  }

  /**
   * What operators say of somebody becomes what `wanted` makes of it: all of it in one commit. What is so already is not written.
   * @param still asked once nobody else can change the account any more
   */
  changeAttributes(
    id: string,
    wanted: (now: Attributes) => Attributes,
    still?: Still,
  ): Promise<readonly AttributeChange[] | 'not-as-seen'> {
    return this.em.fork().transactional(async (em) => {
      const account = await heldAccount(em, this.sql.within(em), id);
      if (still && !(account && still(account))) return 'not-as-seen';
      const before = account?.attributes ?? {};
      const after = wanted(before);
      const changes = changesBetween(before, after);
      if (!account || changes.length === 0) return [];
      await em.nativeUpdate(
        Account,
        { id },
        { attributes: Object.keys(after).length > 0 ? after : null, updatedAt: this.clock.now() },
      );
      return changes;
    });
  }
}

function changesBetween(before: Attributes, after: Attributes): AttributeChange[] {
  const of = (attributes: Attributes, name: string) =>
    Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return [...new Set([...Object.keys(after), ...Object.keys(before)])]
    .map((name) => ({ name, before: of(before, name), after: of(after, name) }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}
