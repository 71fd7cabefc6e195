import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LoggedEvent } from '../../audit/audit-log.service.js';
import { ActivityWords } from '../../dashboard/activity-words.js';
import { ApplicationNames } from '../../dashboard/application-names.js';
import { Languages } from '../../http/language.js';
import { Pages } from '../../http/pages.js';
import { plainAddress } from '../../kernel/address.js';
import { AuditExport, parsed } from './audit-export.js';

type Detail = Readonly<Record<string, unknown>>;

/** Something that an event has noted; both sides of it where it says what was before and after. */
export interface NotedFact {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

/** Events in the reader's words. What stands in them was written by others, too: it is shown, and never interpreted. */
@Injectable()
export class AuditWords {
  constructor(
    private readonly pages: Pages,
    private readonly activity: ActivityWords,
    private readonly languages: Languages,
    private readonly applicationNames: ApplicationNames,
    private readonly exports: AuditExport,
  ) {}

  async lines(req: Request, events: readonly LoggedEvent[]) {
    const details = events.map(({ detail }) => detailOf(detail));
    const people = await this.exports.usernames([
      ...events.map(({ accountId }) => accountId),
      ...details.map(({ by }) => (typeof by === 'string' && by.length === 22 ? by : null)),
    ]);
    const applications = await this.applicationNames.all();
    return events.map(({ id, at, name, result, accountId, clientId, factor, address, userAgent }, index) => {
      const detail = details[index]!;
      const { by } = detail;
      const words = this.activity.keyOf(name, result, detail['reason']);
      return {
        id,
        name,
        what: this.languages.has(words) ? this.pages.text(req, words) : name,
        at: new Date(at),
        failed: result !== 'success' && this.pages.text(req, resultWords(result)),
        accountId,
        person: accountId && (people.get(accountId) ?? accountId),
        clientId,
        application: clientId && (applications.get(clientId) ?? clientId),
        factor:
          factor &&
          (this.languages.has(`activity.factor.${factor}`)
            ? this.pages.text(req, `activity.factor.${factor}`)
            : factor),
        by,
        byName: typeof by === 'string' ? (people.get(by) ?? by) : '',
        address: plainAddress(address),
        userAgent,
      };
    });
  }

  /** What else it noted, each fact in a line; and what was before beside what is after. */
  noted({ detail }: LoggedEvent): { facts: NotedFact[]; changes: NotedFact[] } {
    const { by: _by, before, after, ...others } = detailOf(detail);
    const facts = Object.entries(others).map(([name, value]) => ({ name, after: shown(value) }));
    if (before === undefined && after === undefined) return { facts, changes: [] };
    const [old, now] = [fieldsOf(before), fieldsOf(after)];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    const changes = names.map((name) => ({ name, before: shown(old[name]), after: shown(now[name]) }));
    return { facts, changes };
  }
}

function resultWords(result: string): string {
  return result === 'throttled' ? 'activity.result.throttled' : 'activity.result.failure';
}

function detailOf(detail: string | null): Detail {
  const read = parsed(detail);
  return typeof read === 'object' && read !== null ? (read as Detail) : {};
}

/** A single value has no name of its own. */
function fieldsOf(value: unknown): Detail {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Detail) : { '': value };
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
