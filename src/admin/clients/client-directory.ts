import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Sql } from '../../database/sql.js';
import type { ClientOrigin } from '../../clients/client.entity.js';
import type { ClientPage } from './managed-client.js';

export const CLIENTS_ON_A_PAGE = 50;
export const ORIGINS: readonly ClientOrigin[] = ['operator', 'file', 'registered'];

interface Row {
  readonly id: string;
  readonly origin: ClientOrigin;
  readonly name: string | null;
}

/** Every client there is, by its id. Paged by the last id seen, so that a page costs the same wherever it stands. */
@Injectable()
export class ClientDirectory {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
  ) {}

  async page({
    search = '',
    origin = '',
    after = '',
    limit = CLIENTS_ON_A_PAGE,
  }: {
    search?: string;
    origin?: string;
    after?: string;
    limit?: number;
  }): Promise<ClientPage> {
    const name =
      this.config.database.kind === 'sqlite'
        ? `json_extract(metadata, '$.client_name')`
        : `metadata->>'client_name'`;
    const conditions = ['id > ?'];
    const params: unknown[] = [after];
    if (ORIGINS.includes(origin as ClientOrigin)) {
      conditions.push('origin = ?');
      params.push(origin);
    }
    if (search !== '') {
      const pattern = `%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
      conditions.push(`(LOWER(id) LIKE ? ESCAPE '\\' OR LOWER(${name}) LIKE ? ESCAPE '\\')`);
      params.push(pattern, pattern);
    }
    const rows = await this.sql.rows<Row>(
      `SELECT id, origin, ${name} AS name FROM client WHERE ${conditions.join(' AND ')}
       ORDER BY id LIMIT ?`,
      ...params,
      limit + 1,
    );
    const clients = rows.slice(0, limit);
    return {
      clients: clients.map((row) => ({ id: row.id, origin: row.origin, name: row.name ?? row.id })),
      next: rows.length > limit ? clients.at(-1)!.id : undefined,
    };
  }
}
