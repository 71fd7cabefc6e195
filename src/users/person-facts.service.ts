import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Clock } from '../kernel/clock.js';
import { Account } from './account.entity.js';
import { kept, type DetailsForm } from './details.js';

/**
 * What is known of a person beside what the account needs: what they say of themselves, and what operators say of them.
 * The two are kept apart: a role that an application goes by must come from where its owner cannot write.
 */
@Injectable()
export class PersonFacts {
  constructor(
    private readonly em: EntityManager,
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

  /** @returns what it was before; undefined: it was not set */
  setAttribute(accountId: string, name: string, value: unknown): Promise<unknown> {
    return this.changeAttribute(accountId, name, (attributes) => ({ ...attributes, [name]: value }));
  }

  /** @returns the same; undefined: there was nothing to unset */
  unsetAttribute(accountId: string, name: string): Promise<unknown> {
    return this.changeAttribute(accountId, name, ({ [name]: _gone, ...rest }) => rest);
  }

  private changeAttribute(
    id: string,
    name: string,
    change: (attributes: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<unknown> {
    return this.em.fork().transactional(async (em) => {
      // Writing first: two operators at the same moment change one after the other.
      await em.nativeUpdate(Account, { id }, { updatedAt: this.clock.now() });
      const { attributes } = await em.findOneOrFail(Account, { id });
      const changed = change(attributes ?? {});
      const before = attributes && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      await em.nativeUpdate(
        Account,
        { id },
        { attributes: Object.keys(changed).length > 0 ? changed : null },
      );
      return before;
    });
  }
}
