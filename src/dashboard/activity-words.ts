import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { Languages } from '../http/language.js';
import { Pages } from '../http/pages.js';
import { plainAddress } from '../kernel/address.js';
import { AccountPages } from './account-pages.js';

/** One event of an account, as its page shows it. */
export interface EventInWords {
  readonly what: string;
  readonly failed: string | false;
  readonly factor: string | false | null | undefined;
  readonly application: string | null | undefined;
  readonly browser: string;
  readonly at: Date;
  readonly address: string | undefined;
}

/** The audit record's events in words: for the owner, and for operators who look at somebody's account. */
@Injectable()
export class ActivityWords {
  constructor(
    private readonly languages: Languages,
    private readonly pages: Pages,
    private readonly accountPages: AccountPages,
  ) {}

  /** @param names of the applications. What an operator did says so, and not from where: that is the operator's own address. */
  of(req: Request, event: AuditEvent, names: ReadonlyMap<string, string>): EventInWords {
    const { name, result, factor, clientId, at, address, userAgent, detail } = event;
    const byOperator = isByOperator(event);
    return {
      what: this.pages.text(req, this.keyOf(name, result, byOperator ? undefined : detail?.['reason'])),
      // A failure has mostly words of its own; the mark beside them lets the eye find it.
      failed: result !== 'success' && this.pages.text(req, `activity.result.${result}`),
      factor: factor && this.languages.has(`activity.factor.${factor}`) && `activity.factor.${factor}`,
      application: clientId && (names.get(clientId) ?? clientId),
      browser: userAgent && !byOperator ? this.accountPages.browser(req, userAgent) : '',
      at,
      address: byOperator ? undefined : plainAddress(address),
    };
  }

  /** The words for just this: for its reason or its result, where they have words of their own. */
  keyOf(name: string, result: string, reason: unknown): string {
    const special = [`activity.${name}.because.${String(reason)}`, `activity.${name}.${result}`];
    return special.find((key) => this.languages.has(key)) ?? `activity.${name}`;
  }
}

/** Somebody else than the owner: from the shell, on the operators' pages, or by a program. */
function isByOperator({ accountId, detail }: AuditEvent): boolean {
  const by = detail?.['by'];
  return typeof by === 'string' && by !== accountId && /^(shell|client:.*|[\w-]{22})$/.test(by);
}
