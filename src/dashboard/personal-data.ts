import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { sha256 } from '../kernel/secrets.js';
import { consentKey } from '../oidc/grants.js';
import { RecordStore } from '../oidc/records/record.store.js';
import { ApplicationNames } from './application-names.js';
import { EXPORTED, type ExportedTable } from './export.js';

type Facts = Record<string, unknown>;

/** Everything that is kept about one person, as far as export.ts says. */
@Injectable()
export class PersonalData {
  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly records: RecordStore,
    private readonly applicationNames: ApplicationNames,
    private readonly clock: Clock,
  ) {}

  /** Ready for JSON: moments as in RFC 3339, pictures as data: URLs. */
  async of(accountId: string): Promise<Facts> {
    const tables: Facts = {};
    for (const [name, table] of Object.entries(EXPORTED)) tables[name] = await this.rows(table, accountId);
    return {
      service: this.config.issuer,
      exportedAt: this.clock.now().toISOString(),
      ...tables,
      applications: await this.applications(accountId),
    };
  }

  private async rows(table: ExportedTable, accountId: string): Promise<Facts[]> {
    const { entity, columns, owner = 'accountId', seconds } = table;
    const unit = seconds ? SECOND : 1;
    const found = await this.em.fork().find(entity, { [owner]: accountId }, { fields: columns as never });
    return (found as Facts[]).map((row) =>
      Object.fromEntries(columns.map((column) => [column, plain(column, row[column], unit)])),
    );
  }

  /** What was allowed to which. A grant is found under person and application; which applications it can be is known. */
  private async applications(accountId: string): Promise<Facts[]> {
    const stored = await this.sql.rows<{ uid: string | null }>(
      `SELECT DISTINCT uid FROM oidc_record WHERE account_id = ? AND kind = 'Grant'`,
      accountId,
    );
    const uids = new Set(stored.map(({ uid }) => uid));
    const applications: Facts[] = [];
    for (const [clientId, application] of await this.applicationNames.all()) {
      const key = consentKey(accountId, clientId);
      if (!uids.has(sha256(key))) continue;
      const grant = await this.records.findByUid('Grant', key);
      if (!grant) continue;
      const { openid } = grant as { openid?: { scope?: string; claims?: string[] } };
      applications.push({ clientId, application, scope: openid?.scope ?? '', claims: openid?.claims ?? [] });
    }
    return applications;
  }
}

/** The moments among the numbers are known by their names. */
const MOMENT = /(At|Until)$/;

function plain(column: string, value: unknown, unit: number): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' && MOMENT.test(column)) return new Date(value * unit).toISOString();
  if (value instanceof Uint8Array) return `data:image/webp;base64,${Buffer.from(value).toString('base64')}`;
  return value ?? null;
}
