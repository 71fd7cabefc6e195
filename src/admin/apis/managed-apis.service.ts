import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Audit, type AuditName } from '../../audit/audit.service.js';
import { apiDraftMistakes, apiInOrder, type ApiFields } from '../../clients/api-draft.js';
import type { ClientMistake } from '../../clients/client-rules.js';
import { OperatorApis } from '../../clients/operator-apis.service.js';
import { fieldChanges } from '../../clients/plan.js';
import { Config } from '../../config/config.js';
import { Sql, type SqlRunner } from '../../database/sql.js';
import type { Actor } from '../actor.js';
import { auditedChange } from '../audited-change.js';
import { managedApi, type ApiDone, type ApiPage, type ApiRefused, type ManagedApi } from './managed-api.js';

export const APIS_ON_A_PAGE = 30;

const NOT_HERE: ApiRefused = { kind: 'not-here' };
const STALE: ApiRefused = { kind: 'stale' };

/**
 * What operators do with APIs that they make here: on the pages and by the API. One that the clients file declares is only
 * shown. Whoever changes one says which version they have seen, so that nothing is overwritten unseen. Every instance reads
 * an API from the database at each request: there is nobody else to be told.
 */
@Injectable()
export class ManagedApis {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly store: OperatorApis,
    private readonly audit: Audit,
  ) {}

  /** Whoever declares them. @param after the identifier that the page before ended with */
  async list({ after = '', limit = APIS_ON_A_PAGE } = {}): Promise<ApiPage> {
    const found = await this.store.page(after, limit + 1);
    const apis = found.slice(0, limit).map(managedApi);
    return { apis, next: found.length > limit ? apis.at(-1)!.identifier : undefined };
  }

  async find(identifier: string): Promise<ManagedApi | undefined> {
    const api = await this.store.find(identifier);
    return api && managedApi(api);
  }

  /** @param fields as the clients file would have them */
  async create(actor: Actor, fields: ApiFields): Promise<ApiDone | ApiRefused> {
    const mistakes = await this.mistakesIn(fields);
    if (mistakes.length > 0) return { kind: 'mistaken', mistakes };
    const kept = apiInOrder(fields);
    const identifier = kept['identifier'] as string;
    const detail = { before: null, after: kept };
    const made = await this.audited(actor, 'api.created', identifier, detail, (sql) =>
      this.store.insert(sql, kept),
    );
    return made ? this.done(identifier) : { kind: 'taken' };
  }

  /**
   * @param fields all of them: what is not there is gone
   * @param version as it was seen
   */
  async update(
    actor: Actor,
    identifier: string,
    version: number,
    fields: ApiFields,
  ): Promise<ApiDone | ApiRefused> {
    const before = await this.ours(identifier);
    if (!before) return NOT_HERE;
    const mistakes = await this.mistakesIn({ ...fields, identifier });
    if (mistakes.length > 0) return { kind: 'mistaken', mistakes };
    const wanted = apiInOrder({ ...fields, identifier });
    if (before.version !== version) return STALE;
    if (isDeepStrictEqual(before.fields, wanted)) return { kind: 'done', api: before };
    const detail = bothSides(before.fields, wanted);
    const updated = await this.audited(actor, 'api.updated', identifier, detail, (sql) =>
      this.store.update(sql, identifier, version, wanted),
    );
    return updated ? this.done(identifier) : STALE;
  }

  /**
   * No token is issued for it any more, and nobody who asks here is told that one counts. What people allowed at it, and which
   * applications name it, stays.
   * @param version as it was seen; undefined: as it is
   */
  async remove(
    actor: Actor,
    identifier: string,
    version?: number,
  ): Promise<{ readonly kind: 'removed' } | ApiRefused> {
    const before = await this.ours(identifier);
    if (!before) return NOT_HERE;
    if (version !== undefined && before.version !== version) return STALE;
    const detail = { before: before.fields, after: null };
    const removed = await this.audited(actor, 'api.removed', identifier, detail, (sql) =>
      this.store.delete(sql, identifier, before.version),
    );
    if (removed) return { kind: 'removed' };
    return (await this.ours(identifier)) ? STALE : NOT_HERE;
  }

  /** What is wrong with these fields today: what was right when they were written need not be any more. */
  async mistakesIn(fields: ApiFields): Promise<readonly ClientMistake[]> {
    const mistakes = apiDraftMistakes(fields, this.config);
    const clientId = fields['client_id'] as string | undefined;
    if (mistakes.length > 0 || clientId === undefined || (await this.store.isClient(clientId)))
      return mistakes;
    return [{ field: 'client_id', what: `client_id: there is no client "${clientId}"` }];
  }

  private async ours(identifier: string): Promise<ManagedApi | undefined> {
    const api = await this.find(identifier);
    return api?.origin === 'operator' ? api : undefined;
  }

  private async done(identifier: string): Promise<ApiDone | ApiRefused> {
    const api = await this.find(identifier);
    return api ? { kind: 'done', api } : NOT_HERE;
  }

  private audited(
    { by, req }: Actor,
    name: AuditName,
    identifier: string,
    detail: Record<string, unknown>,
    change: (sql: SqlRunner) => Promise<boolean>,
  ): Promise<boolean> {
    const facts = { detail: { by, api: identifier, ...detail } };
    return auditedChange(this.sql, this.audit, { name, facts, req }, change);
  }
}

/** What is another one, as it was and as it is. */
function bothSides(before: ApiFields, after: ApiFields) {
  const changes = fieldChanges(before, after);
  const side = (which: 'before' | 'after') =>
    Object.fromEntries(changes.map((change) => [change.field, change[which] ?? null]));
  return { before: side('before'), after: side('after') };
}
