import { Injectable } from '@nestjs/common';
import type { ClientOrigin } from '../../clients/client.entity.js';
import type { ClientFields } from '../../clients/client-draft.js';
import type { Api } from '../../clients/declarations.service.js';
import { Config } from '../../config/config.js';
import { Sql } from '../../database/sql.js';
import { nameIn } from '../clients/managed-client.js';

/** An application that names an API. */
export interface ApiUser {
  readonly id: string;
  readonly name: string;
  readonly origin: ClientOrigin;
  /** It may ask for tokens: for these scopes at most. Absent: it may not. */
  readonly scopes?: readonly string[];
  /** It may exchange a person's token for one of the API's. */
  readonly exchanges: boolean;
}

/** More are not listed. */
export const MOST_USERS = 100;

interface Row {
  readonly id: string;
  readonly origin: ClientOrigin;
  readonly metadata: string | ClientFields;
}

/** Which applications may use an API. No application that registered itself names one, so those are not looked through. */
@Injectable()
export class ApiUsers {
  private readonly statement: string;

  constructor(
    config: Config,
    private readonly sql: Sql,
  ) {
    this.statement = usersStatement(config.database.kind);
  }

  async of(api: Api): Promise<{ users: ApiUser[]; isMore: boolean }> {
    const { identifier } = api;
    const rows = await this.sql.rows<Row>(this.statement, identifier, identifier);
    return {
      users: rows.slice(0, MOST_USERS).map(({ id, origin, metadata }) => {
        // PostgreSQL's driver has read the JSON already.
        const fields = typeof metadata === 'string' ? (JSON.parse(metadata) as ClientFields) : metadata;
        return { id, origin, name: nameIn(id, fields), ...rights(fields, api) };
      }),
      isMore: rows.length > MOST_USERS,
    };
  }
}

/** @returns a SELECT whose two parameters are the identifier */
export function usersStatement(kind: Config['database']['kind']): string {
  const named =
    kind === 'sqlite'
      ? (...path: string[]) =>
          `EXISTS (SELECT 1 FROM json_each(metadata, '$.${path.join('.')}') WHERE json_each.value = ?)`
      : (...path: string[]) =>
          `metadata${path.map((name) => `->'${name}'`).join('')} @> to_jsonb(CAST(? AS text))`;
  return `SELECT id, origin, metadata FROM client
      WHERE registered_at IS NULL AND (${named('apis')} OR ${named('token_exchange', 'audiences')})
      ORDER BY id LIMIT ${MOST_USERS + 1}`;
}

function rights(fields: ClientFields, api: Api): Pick<ApiUser, 'scopes' | 'exchanges'> {
  const { apis = [], api_scope: limit } = fields as { apis?: string[]; api_scope?: string };
  const { audiences = [] } = (fields['token_exchange'] ?? {}) as { audiences?: string[] };
  const exchanges = audiences.includes(api.identifier);
  if (!apis.includes(api.identifier)) return { exchanges };
  const allowed = limit?.split(' ');
  const names = api.scopes.map(({ name }) => name);
  return { scopes: allowed ? names.filter((name) => allowed.includes(name)) : names, exchanges };
}
