import type { SqlRunner } from './sql.js';

/** How the tables and this program fit together. */
export interface SchemaState {
  /** What the database still has to go through. */
  readonly pending: readonly string[];
  /** What it has gone through and this program does not know: it is a newer program's. */
  readonly unknown: readonly string[];
  /** Nothing has ever been made in it. */
  readonly isEmpty: boolean;
}

/** Which migrations the database has gone through. It only reads: the migrator would make its table. */
export class Schema {
  constructor(
    private readonly sql: Pick<SqlRunner, 'rows'>,
    /** Oldest first. */
    private readonly names: readonly string[],
  ) {}

  async state(): Promise<SchemaState> {
    const done = await this.done();
    return {
      pending: this.names.filter((name) => !done.has(name)),
      unknown: [...done].filter((name) => !this.names.includes(name)),
      isEmpty: done.size === 0,
    };
  }

  private async done(): Promise<Set<string>> {
    try {
      const rows = await this.sql.rows<{ name: string }>('SELECT name FROM mikro_orm_migrations');
      return new Set(rows.map(({ name }) => name));
    } catch (error) {
      if (isMissingTable(error)) return new Set();
      throw error;
    }
  }
}

/** A newer program has migrated the database: what it keeps there now, this one would break without noticing. */
export class NewerDatabase extends Error {
  constructor(readonly unknown: readonly string[]) {
    super(
      `a newer version of Gatehouse has migrated the database (${unknown.join(', ')}): start that version or a later one. Nothing was written. To go back, restore the backup that was made before the upgrade, into an empty data directory and an empty database`,
    );
  }
}

/** As the exit code of a restore from an archive that is too new. */
export const EXIT_NEWER_DATABASE = 14;

/** @throws NewerDatabase */
export function assertKnown(done: readonly string[], known: readonly string[]): void {
  const unknown = done.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new NewerDatabase(unknown);
}

/** SQLite says it in words, PostgreSQL by its state. */
function isMissingTable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '42P01' || /no such table/.test(message ?? '');
}
