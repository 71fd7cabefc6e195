import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { FieldErrors, Submitted } from '../../http/form.js';
import type { PageData } from '../../http/pages.js';
import { mayNotHelp, notFound } from '../../kernel/errors.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { Groups, isBuiltInGroup } from '../../users/groups.service.js';
import { Operators } from '../../users/operators.service.js';
import { actorOf, type Actor } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import type { Acted } from './acted.js';
import { REFUSALS, type Shown, type UserAction } from './action-table.js';
import { checked, type ActionFields, type ActionForm } from './forms.js';
import { Permission } from './permission.js';

/** An action as its page needs it. */
export interface ActionPage extends Pick<UserAction, 'asks' | 'danger'> {
  readonly name: string;
  /** Where its form is sent: below the user's page. */
  readonly path: string;
  /** For its words, beside the user name. */
  readonly words?: Record<string, string>;
  readonly act: (actor: Actor, account: Account, form: ActionForm) => Promise<Acted<Shown>>;
}

/** The page of an action: what it does, whatever it asks for, and a button. */
@Injectable()
export class ActionPages {
  constructor(
    private readonly accounts: Accounts,
    private readonly groups: Groups,
    private readonly operators: Operators,
    private readonly permission: Permission,
    private readonly console: ConsolePages,
  ) {}

  /** @throws notFound, or mayNotHelp where the help desk acts on nobody */
  async account(req: Request, id: string): Promise<Account> {
    const account = await this.accounts.find(id);
    if (!account) throw notFound();
    const refusal = await this.permission.refusal(actorOf(req), account);
    if (refusal?.why === 'may-not-help') throw mayNotHelp();
    return account;
  }

  async submit(
    req: Request,
    res: Response,
    account: Account,
    action: ActionPage,
    submitted: Submitted<ActionFields>,
  ): Promise<void> {
    const read = checked(submitted, action.asks);
    if (!('form' in read)) return this.show(req, res, account, action, read);
    const acted = await action.act(actorOf(req), account, read.form);
    if (acted.kind === 'refused') {
      if (acted.why === 'may-not-help') throw mayNotHelp();
      const { parsed: _parsed, ...values } = read.form;
      return this.show(req, res, account, action, {
        values: values,
        errors: { form: REFUSALS[acted.why]! },
      });
    }
    if (!acted.url) return this.console.done(res, `/users/${account.id}`, action.name);
    const { url: link, expiresAt } = acted;
    this.console.show(req, res, 'users/shown', {
      title: this.word(req, account, action, 'heading'),
      heading: this.word(req, account, action, 'heading'),
      username: account.username,
      link,
      expiresAt,
      backUrl: this.console.url(`/users/${account.id}`),
      // Shown once: a change of language would make another one.
      codes: true,
      self: `/admin/users/${account.id}`,
    });
  }

  async show(
    req: Request,
    res: Response,
    account: Account,
    action: ActionPage,
    { values = {}, errors }: { values?: Record<string, string>; errors?: FieldErrors } = {},
  ): Promise<void> {
    const { asks, name, path, danger } = action;
    this.console.show(req, res, 'users/action', {
      title: this.word(req, account, action, 'heading'),
      heading: this.word(req, account, action, 'heading'),
      text: this.word(req, account, action, 'text'),
      label: this.word(req, account, action, 'submit'),
      danger: danger ?? false,
      asks: Object.fromEntries(asks.map((asked) => [asked, true])),
      ...(await this.choices(account, asks, values)),
      values,
      action: this.console.url(`/users/${account.id}${path}`),
      cancelUrl: this.console.url(`/users/${account.id}`),
      self: `/admin/users/${account.id}${path}`,
      name,
      ...(errors ? { errors } : {}),
    });
  }

  text(req: Request, key: string): string {
    return this.console.text(req, key);
  }

  private async choices(
    account: Account,
    asks: ActionPage['asks'],
    values: Record<string, string>,
  ): Promise<PageData> {
    const own = await this.groups.of(account.id);
    const option = (chosen: string | undefined) => (name: string) => ({ name, selected: name === chosen });
    if (asks.includes('own-group')) return { options: own.map(option(values['group'])) };
    if (asks.includes('own-attribute'))
      return { options: Object.keys(account.attributes ?? {}).map(option(values['attribute'])) };
    if (asks.includes('role'))
      return { role: values['role'] ?? (await this.operators.roleOf(account.id)) ?? 'none' };
    if (!asks.includes('group')) return {};
    const others = (await this.groups.all()).filter(
      ({ name }) => !isBuiltInGroup(name) && !own.includes(name),
    );
    return { options: others.map(({ name }) => name).map(option(values['group'])) };
  }

  private word(
    req: Request,
    { username }: Account,
    { name, words }: ActionPage,
    part: 'heading' | 'text' | 'submit',
  ): string {
    return this.console.text(req, {
      key: `user-action.${name}.${part}`,
      params: { username, ...words },
    });
  }
}
