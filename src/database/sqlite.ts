import type { MikroORM } from '@mikro-orm/core';
import type { SqlRunner } from './sql.js';

/** better-sqlite3's statement and database, as far as they are used here; the driver brings no types. */
export interface Statement {
  readonly reader: boolean;
  readonly readonly: boolean;
  all(params: unknown[]): unknown[];
  run(params: unknown[]): { changes: number };
}

export interface SqliteDatabase {
  readonly inTransaction: boolean;
  prepare(text: string): Statement;
  pragma(text: string): unknown;
  /** Called with each statement that is about to change something, over this connection. */
  beforeWrite?: (text: string) => void;
}

/** The program's own statements are constants, and fewer than this. */
const REMEMBERED = 1_000;
/** How the ORM quotes a name. It writes values into its statements, too: such a one does not come again. */
const OF_THE_ORM = '`';

export function nativeSqlite(orm: MikroORM): Promise<SqliteDatabase> {
  const connection = orm.em.getConnection() as unknown as { getNativeClient(): Promise<SqliteDatabase> };
  return connection.getNativeClient();
}

/** The database behind the ORM's one connection; each statement that is run over it from now on is prepared once. */
export async function sqliteBehind(orm: MikroORM): Promise<SqliteDatabase> {
  const database = await nativeSqlite(orm);
  const prepare = database.prepare.bind(database);
  const known = new Map<string, Statement>();
  // The driver makes a function for the rows of each statement it prepares: that costs more than most of them do.
  database.prepare = (text) => {
    let statement = known.get(text);
    if (!statement) {
      statement = prepare(text);
      if (known.size >= REMEMBERED) known.clear();
      if (!text.includes(OF_THE_ORM)) known.set(text, statement);
    }
    // Everybody prepares a statement right before running it.
    if (!statement.readonly) database.beforeWrite?.(text);
    return statement;
  };
  return database;
}

/** Straight to the database. Each call is done when it returns, so nothing comes in between. */
export function direct(database: SqliteDatabase): SqlRunner {
  return {
    rows: (text, ...params) =>
      answer(() => {
        const statement = database.prepare(text);
        if (statement.reader) return statement.all(params) as never[];
        statement.run(params);
        return [];
      }),
    run: (text, ...params) =>
      answer(() => {
        const statement = database.prepare(text);
        return statement.reader ? statement.all(params).length : statement.run(params).changes;
      }),
  };
}

/** What goes wrong is said as everywhere else: by a promise. */
function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** While somebody's transaction is open on the connection, everybody else waits for their turn: what they do is not part of it. */
export function directUnless(database: SqliteDatabase, queued: SqlRunner): SqlRunner {
  const straight = direct(database);
  const runner = () => (database.inTransaction ? queued : straight);
  return {
    rows: (text, ...params) => runner().rows(text, ...params),
    run: (text, ...params) => runner().run(text, ...params),
  };
}
