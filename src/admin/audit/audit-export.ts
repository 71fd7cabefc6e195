import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import type { AuditFilter } from '../../audit/audit-log.filter.js';
import { AuditLog, type LoggedEvent } from '../../audit/audit-log.service.js';
import { Audit } from '../../audit/audit.service.js';
import { Account } from '../../users/account.entity.js';
import type { Actor } from '../actor.js';
import { csvLine } from './csv.js';

export const FORMATS = ['csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

const COLUMNS = [
  'id',
  'at',
  'name',
  'result',
  'accountId',
  'username',
  'clientId',
  'factor',
  'address',
  'userAgent',
  'by',
  'detail',
] as const;

/** An event as it leaves this server. */
export interface ExportedEvent {
  readonly id: number;
  readonly at: string;
  readonly name: string;
  readonly result: string;
  readonly accountId: string | null;
  /** What the account is called now; null: it is gone, or there was none. */
  readonly username: string | null;
  readonly clientId: string | null;
  readonly factor: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly detail: unknown;
}

/** The audit log for other programs: a few events at a time, however many there are. */
@Injectable()
export class AuditExport {
  constructor(
    private readonly log: AuditLog,
    private readonly em: EntityManager,
    private readonly audit: Audit,
  ) {}

  /** Written down before the first line leaves: no copy without a trace. */
  async begin({ by, req }: Actor, filter: AuditFilter, format: Format): Promise<AsyncGenerator<string>> {
    await this.audit.record('audit.exported', { detail: { by, format, filter } }, req);
    return this.lines(filter, format);
  }

  async exported(events: readonly LoggedEvent[]): Promise<ExportedEvent[]> {
    const names = await this.usernames(events.map(({ accountId }) => accountId));
    return events.map(
      ({ at, accountId, detail, id, name, result, clientId, factor, address, userAgent }) => ({
        id,
        at: new Date(at).toISOString(),
        name,
        result,
        accountId,
        username: names.get(accountId ?? '') ?? null,
        clientId,
        factor,
        address,
        userAgent,
        detail: parsed(detail),
      }),
    );
  }

  /** What accounts are called now, by id. */
  async usernames(ids: readonly (string | null)[]): Promise<ReadonlyMap<string, string>> {
    const wanted = [...new Set(ids.filter((id) => id !== null))];
    if (wanted.length === 0) return new Map();
    const found = await this.em.fork().find(Account, { id: { $in: wanted } }, { fields: ['username'] });
    return new Map(found.map(({ id, username }) => [id, username]));
  }

  private async *lines(filter: AuditFilter, format: Format): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(COLUMNS);
    for await (const events of this.log.all(filter)) {
      const exported = await this.exported(events);
      yield exported
        .map((event) => (format === 'csv' ? csvLine(cells(event)) : `${JSON.stringify(event)}\n`))
        .join('');
    }
  }
}

function cells(event: ExportedEvent): (string | number | null)[] {
  const { detail } = event;
  const by = (detail as { by?: unknown } | null)?.by;
  const all = {
    ...event,
    by: typeof by === 'string' ? by : null,
    detail: detail === null ? null : JSON.stringify(detail),
  };
  return COLUMNS.map((column) => all[column]);
}

/** Somebody may have written what is no JSON into the database. */
export function parsed(detail: string | null): unknown {
  if (detail === null) return null;
  try {
    return JSON.parse(detail) as unknown;
  } catch {
    return detail;
  }
}
