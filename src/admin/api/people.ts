import { Injectable } from '@nestjs/common';
import type { ClassConstructor } from 'class-transformer';
import { readForm } from '../../http/form.js';
import { Languages } from '../../http/language.js';
import { Problem } from '../../kernel/problem.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';

/** What every route about somebody needs. */
@Injectable()
export class People {
  constructor(
    private readonly accounts: Accounts,
    private readonly languages: Languages,
  ) {}

  /** @throws Problem */
  async find(id: string): Promise<Account> {
    const account = await this.accounts.find(id);
    if (!account) throw new Problem('not-found', 'there is no such user');
    return account;
  }

  async called(username: string): Promise<Account | undefined> {
    const account = username.includes('@') ? null : await this.accounts.findByIdentifier(username);
    return account ?? undefined;
  }

  /**
   * Values that a page would take, by the rules of its form and tidied as there.
   * @param at where each field was sent; absent: in the body under its own name
   * @throws Problem
   */
  accepted<T extends object>(
    form: ClassConstructor<T>,
    values: Record<string, string>,
    at: Readonly<Record<string, string>> = {},
  ): T {
    const submitted = readForm(form, values);
    if (submitted.valid) return submitted.form;
    throw new Problem('not-valid', undefined, {
      mistakes: Object.entries(submitted.errors).map(([field, message]) => ({
        at: at[field] ?? `#/${field}`,
        detail: this.languages.text('en', message),
      })),
    });
  }
}
