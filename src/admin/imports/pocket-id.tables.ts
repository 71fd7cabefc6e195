import { asObject, text } from './carried-over.js';
import { ImportFailure } from './failures.js';
import { readZipEntry } from './zip-entry.js';

export type Row = Readonly<Record<string, unknown>>;

/** As a whole in the memory; ten times what the largest house needs. */
const LARGEST_DATABASE = 64 * 1024 * 1024;

/** What `pocket-id export` writes: a ZIP archive with the tables of its database in `database.json`, and with pictures. */
export class PocketIdTables {
  private readonly tables: Row;

  constructor(path: string) {
    const content = readZipEntry(path, 'database.json', LARGEST_DATABASE);
    const tables = asObject(asObject(parsed(content))?.['tables']);
    if (!tables) throw new ImportFailure('other-format', 'database.json has no tables');
    this.tables = tables;
  }

  /** @returns nothing for a table that is not there: an empty one is not written */
  rows(table: string): Row[] {
    const rows = Object.hasOwn(this.tables, table) ? this.tables[table] : [];
    return Array.isArray(rows) ? rows.flatMap((row): Row[] => [asObject(row) ?? {}]) : [];
  }

  /** The names of groups, by the id of what is linked to them. */
  groupsBy(table: string, column: string): Map<string, string[]> {
    const names = new Map(this.rows('user_groups').map(({ id, name }) => [id, text(name)]));
    const groups = new Map<string, string[]>();
    for (const row of this.rows(table)) {
      const owner = text(row[column]) ?? '';
      groups.set(owner, [...(groups.get(owner) ?? []), names.get(row['user_group_id']) ?? '?']);
    }
    return groups;
  }
}

/** A column of JSON: written as base64, being bytes in its database, or as the text itself. */
export function jsonColumn(value: unknown): unknown {
  const written = text(value) ?? 'null';
  return parsed(
    /^[[{"n]/.test(written) && parsed(written) !== undefined ? written : Buffer.from(written, 'base64'),
  );
}

function parsed(json: Buffer | string): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}
