import { Injectable } from '@nestjs/common';
import type { AuditFilter } from '../../audit/audit-log.filter.js';
import type { FieldErrors } from '../../http/form.js';
import { DAY } from '../../kernel/clock.js';
import { Accounts } from '../../users/accounts.service.js';

/** What can be asked for, as a page's address and the shell name it. */
export const QUESTIONS = ['name', 'result', 'who', 'client', 'by', 'address', 'from', 'to'] as const;
export type Question = (typeof QUESTIONS)[number];

export interface Asked {
  /** As it was typed. */
  readonly values: Readonly<Record<Question, string>>;
  readonly filter: AuditFilter;
  /** Whoever shows them shows no events: a filter with a slip in it would find others than were meant. */
  readonly errors?: FieldErrors;
}

const RESULTS = ['success', 'failure', 'throttled'] as const;
const ACCOUNT_ID = /^[\w-]{22}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?$/;
const LONGEST = 300;

/** Makes a filter of what somebody typed, on the page or in the shell. */
@Injectable()
export class AuditQuestions {
  constructor(private readonly accounts: Accounts) {}

  async read(typed: Readonly<Record<string, unknown>>): Promise<Asked> {
    const values = Object.fromEntries(QUESTIONS.map((name) => [name, text(typed[name])])) as Asked['values'];
    const result = RESULTS.find((each) => each === values.result);
    const from = time(values.from);
    const to = time(values.to, DAY);
    const account = values.who === '' ? undefined : await this.account(values.who);
    const errors: FieldErrors = {
      ...(values.result !== '' && !result ? { result: 'admin.audit.no-result' } : {}),
      ...(values.who !== '' && account === undefined ? { who: 'admin.claims.no-account' } : {}),
      ...(from === 'unreadable' ? { from: 'admin.audit.no-time' } : {}),
      ...(to === 'unreadable' ? { to: 'admin.audit.no-time' } : {}),
    };
    const filter: AuditFilter = {
      name: values.name || undefined,
      result,
      accountId: account,
      clientId: values.client || undefined,
      by: values.by === '' ? undefined : ((await this.accounts.findByIdentifier(values.by))?.id ?? values.by),
      address: values.address || undefined,
      from: from === 'unreadable' ? undefined : from,
      to: to === 'unreadable' ? undefined : to,
    };
    return Object.keys(errors).length === 0 ? { values, filter } : { values, filter, errors };
  }

  /** Somebody who is no more is found by what was their number. */
  private async account(who: string): Promise<string | undefined> {
    const account = await this.accounts.findByIdentifier(who);
    return account?.id ?? (ACCOUNT_ID.test(who) ? who : undefined);
  }
}

/** The same question once more, for an address. */
export function asQuery(values: Asked['values'], more: Readonly<Record<string, string>> = {}): string {
  const asked = Object.entries(values).filter(([, value]) => value !== '');
  const query = new URLSearchParams([...asked, ...Object.entries(more)]).toString();
  return query === '' ? '' : `?${query}`;
}

/** No control character means anything here, and PostgreSQL cannot even be asked for one of them. */
function text(value: unknown): string {
  return typeof value === 'string'
    ? value
        .toWellFormed()
        .replace(/\p{Cc}/gu, '')
        .trim()
        .slice(0, LONGEST)
    : '';
}

/** @param rest what a day alone stands for: until its end, or from its beginning on */
function time(typed: string, rest = 0): Date | 'unreadable' | undefined {
  if (typed === '') return undefined;
  const [, day, clock] = TIME.exec(typed) ?? [];
  const at =
    day === undefined
      ? NaN
      : Date.parse(clock === undefined ? `${day}T00:00Z` : `${day}T${clock.slice(1).replace('Z', '')}Z`);
  if (Number.isNaN(at)) return 'unreadable';
  return new Date(clock === undefined ? at + rest : at);
}
