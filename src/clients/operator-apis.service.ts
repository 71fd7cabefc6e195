import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import type { ApiFields } from './api-draft.js';
import { aResource } from './checks.js';
import { CLIENT_ID } from './client.fields.js';
import type { DeclarationOrigin } from './declaration.entity.js';
import { followDeclarations } from './operator-clients.metadata.js';

/** A declared API as it is kept, whoever declares it. */
export interface StoredApi {
  readonly identifier: string;
  readonly origin: DeclarationOrigin;
  readonly version: number;
  readonly fields: ApiFields;
}

interface Row {
  readonly name: string;
  readonly origin: DeclarationOrigin;
  readonly version: number;
  readonly body: string | Record<string, unknown>;
}

const READ = "SELECT name, origin, version, body FROM declaration WHERE kind = 'apis'";

/**
 * The APIs that operators make on their pages. Everything that writes here concerns them alone: what the clients file declares
 * is out of reach. With each change the operators' clients are made anew, since what they may ask for follows from it.
 */
@Injectable()
export class OperatorApis {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
  ) {}

  /** Whoever declares it. */
  async find(identifier: string): Promise<StoredApi | undefined> {
    // What is no identifier of anything may be a text that a database takes no question about.
    if (aResource(identifier) !== undefined) return undefined;
    const [row] = await this.sql.rows<Row>(`${READ} AND name = ?`, identifier);
    return row && stored(row);
  }

  /** Whoever declares them. @param after the identifier that the page before ended with */
  async page(after: string, limit: number): Promise<StoredApi[]> {
    return (await this.sql.rows<Row>(`${READ} AND name > ? ORDER BY name LIMIT ?`, after, limit)).map(stored);
  }

  /** Those that operators made. */
  async all(): Promise<StoredApi[]> {
    return (await this.sql.rows<Row>(`${READ} AND origin = 'operator' ORDER BY name`)).map(stored);
  }

  /** Whether somebody has declared such a client: none that registered itself is an API. */
  async isClient(id: string): Promise<boolean> {
    if (!CLIENT_ID.test(id)) return false;
    const rows = await this.sql.rows(
      "SELECT 1 FROM client WHERE id = ? AND origin IN ('file', 'operator')",
      id,
    );
    return rows.length > 0;
  }

  /** Inside a transaction. @returns whether nobody has declared one of the identifier yet */
  async insert(sql: SqlRunner, fields: ApiFields): Promise<boolean> {
    return this.followed(
      sql,
      await sql.run(
        `INSERT INTO declaration (kind, name, origin, version, body) VALUES ('apis', ?, 'operator', 1, ?)
         ON CONFLICT (kind, name) DO NOTHING`,
        fields['identifier'],
        JSON.stringify(fields),
      ),
    );
  }

  /** Inside a transaction. @returns whether it is still as whoever changes it has seen it */
  async update(sql: SqlRunner, identifier: string, version: number, fields: ApiFields): Promise<boolean> {
    return this.followed(
      sql,
      await sql.run(
        `UPDATE declaration SET body = ?, version = version + 1
         WHERE kind = 'apis' AND name = ? AND origin = 'operator' AND version = ?`,
        JSON.stringify(fields),
        identifier,
        version,
      ),
    );
  }

  /** Inside a transaction. @returns whether it was still as whoever removes it has seen it */
  async delete(sql: SqlRunner, identifier: string, version: number): Promise<boolean> {
    return this.followed(
      sql,
      await sql.run(
        "DELETE FROM declaration WHERE kind = 'apis' AND name = ? AND origin = 'operator' AND version = ?",
        identifier,
        version,
      ),
    );
  }

  private async followed(sql: SqlRunner, changed: number): Promise<boolean> {
    if (changed === 1) await followDeclarations(sql, this.config);
    return changed === 1;
  }
}

function stored({ name, origin, version, body }: Row): StoredApi {
  // PostgreSQL's driver has read the JSON already.
  const fields = typeof body === 'string' ? (JSON.parse(body) as Record<string, unknown>) : body;
  return { identifier: name, origin, version, fields };
}
