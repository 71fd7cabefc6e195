import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** What was written, as the database's own driver was told it. */
export interface Written {
  /** Transactions that changed something, each statement outside of one included. */
  commits: number;
  /** Rows inserted, changed and deleted. */
  rows: number;
  /** The same of the provider's records alone. */
  adapterCommits: number;
  adapterRows: number;
}

interface OpenTransaction {
  rows: number;
  adapterRows: number;
}

const open = new WeakMap<object, OpenTransaction>();
let written: Written | undefined;

/** Counts what `work` writes to the database, whichever way the program goes there. Nothing else may go on meanwhile. */
export async function writesOf(work: () => Promise<unknown>): Promise<Written> {
  written = { commits: 0, rows: 0, adapterCommits: 0, adapterRows: 0 };
  try {
    await work();
    return written;
  } finally {
    written = undefined;
  }
}

/** To be called before a server is started: from then on every statement passes by here. */
export function watchStatements(): void {
  watchSqlite();
  watchPostgresql();
}

function note(connection: object, text: string, rows: number): void {
  // The rest of the transaction goes on.
  if (/^rollback to/i.test(text)) return;
  const [, verb] = /^\s*(\w+)/.exec(text)!;
  switch (verb!.toLowerCase()) {
    case 'begin':
      open.set(connection, { rows: 0, adapterRows: 0 });
      return;
    case 'commit':
      committed(open.get(connection)!);
      open.delete(connection);
      return;
    case 'rollback':
      open.delete(connection);
      return;
    case 'insert':
    case 'update':
    case 'delete': {
      const adapterRows = /\boidc_record\b/.test(text) ? rows : 0;
      const transaction = open.get(connection);
      if (!transaction) return committed({ rows, adapterRows });
      transaction.rows += rows;
      transaction.adapterRows += adapterRows;
    }
  }
}

function committed({ rows, adapterRows }: OpenTransaction): void {
  if (!written) return;
  written.rows += rows;
  written.adapterRows += adapterRows;
  if (rows > 0) written.commits++;
  if (adapterRows > 0) written.adapterCommits++;
}

interface Prepared {
  run: (...params: unknown[]) => { changes: number };
  all: (...params: unknown[]) => unknown[];
}

function watchSqlite(): void {
  const prototype = Sqlite.prototype as { prepare: (this: object, text: string) => Prepared };
  const { prepare } = prototype;
  prototype.prepare = function (text) {
    const statement = prepare.call(this, text);
    const { run, all } = statement;
    statement.run = (...params) => {
      const result = run.apply(statement, params);
      note(this, text, result.changes);
      return result;
    };
    statement.all = (...params) => {
      const rows = all.apply(statement, params);
      note(this, text, rows.length);
      return rows;
    };
    return statement;
  };
}

type Query = (this: object, ...args: unknown[]) => Promise<pg.QueryResult>;

function watchPostgresql(): void {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (...args) {
    const [first] = args as [string | { text: string }];
    const result = query.apply(this, args);
    void Promise.resolve(result).then(
      (done) => note(this, typeof first === 'string' ? first : first.text, done?.rowCount ?? 0),
      () => {},
    );
    return result;
  };
}
