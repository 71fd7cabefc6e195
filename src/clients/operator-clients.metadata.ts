import { isDeepStrictEqual } from 'node:util';
import type { SqlRunner } from '../database/sql.js';
import { draftMetadata, type ClientFields } from './client-draft.js';
import type { ClientsFileRules } from './client-rules.js';
import type { Declaration } from './clients-file.js';

interface DeclarationRow {
  readonly kind: string;
  readonly name: string;
  readonly body: string | Record<string, unknown>;
}

interface ClientRow {
  readonly id: string;
  readonly version: number;
  readonly declared: string | ClientFields;
  readonly metadata: string | ClientFields;
}

/** Inside a transaction that has changed what is declared beside clients: the operators' clients are what follows from it. */
export async function followDeclarations(sql: SqlRunner, rules: ClientsFileRules): Promise<void> {
  const declarations = (await sql.rows<DeclarationRow>('SELECT kind, name, body FROM declaration')).map(
    ({ kind, name, body }): Declaration => ({
      kind: kind as Declaration['kind'],
      name,
      body: read<Record<string, unknown>>(body),
      line: 1,
    }),
  );
  // In one order, so that two who do this at once wait for one another, and not each for the other.
  const clients = await sql.rows<ClientRow>(
    "SELECT id, version, declared, metadata FROM client WHERE origin = 'operator' ORDER BY id",
  );
  for (const { id, version, declared, metadata } of clients) {
    const wanted = draftMetadata(read<ClientFields>(declared), rules, declarations);
    if (isDeepStrictEqual(read<ClientFields>(metadata), asKept(wanted))) continue;
    // What somebody says of it at this very moment is newer than what was read here.
    await sql.run(
      "UPDATE client SET metadata = ? WHERE id = ? AND origin = 'operator' AND version = ?",
      JSON.stringify(wanted),
      id,
      version,
    );
  }
}

/** PostgreSQL's driver has read the JSON already. */
function read<T>(json: string | T): T {
  return typeof json === 'string' ? (JSON.parse(json) as T) : json;
}

/** Without what JSON leaves out. */
function asKept(value: object): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
