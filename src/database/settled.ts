import type { SqlRunner } from './sql.js';
import type { SqliteDatabase, Statement } from './sqlite.js';

/** Answers of one statement that are kept at a time. */
const KEPT = 1_000;
/** Characters of a value that is kept: what strangers send is stored too, and they choose how much of it. */
const LONGEST = 8_192;
/** Milliseconds for which the word of SQLite about other processes counts, however long a turn of the event loop takes. */
const WORD_COUNTS = 1;

const READ = /\b(?:FROM|JOIN)\s+[`"]?(\w+)/gi;
const WRITTEN = /\b(?:INTO|UPDATE|FROM|TABLE)\s+[`"]?(\w+)/gi;

interface Question {
  readonly tables: readonly string[];
  readonly answers: Map<unknown, Answer>;
}

interface Answer {
  readonly rows: Promise<unknown[]>;
  /** How often its tables had been written to, by others and by this process. */
  readonly others: number;
  readonly writes: number;
}

/**
 * What is read on each request and seldom written. SQLite tells whether another process has written since, and what this one
 * writes is seen here (no table changes by a foreign key or a trigger of another): so an answer that is kept is as new as one
 * that was read a millisecond ago. It costs less, and a second time in the same turn of the event loop next to nothing.
 */
export class Settled {
  private readonly questions = new Map<string, Question>();
  private readonly writes = new Map<string, number>();
  private readonly version: Statement;
  /** How often other processes have committed; undefined: to be asked anew. */
  private others: number | undefined;
  private askedAt = -Infinity;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly runner: SqlRunner,
  ) {
    this.version = database.prepare('PRAGMA data_version');
    database.beforeWrite = (text) => {
      for (const [, table] of text.matchAll(WRITTEN))
        this.writes.set(table!, (this.writes.get(table!) ?? 0) + 1);
    };
  }

  /** Rows of a SELECT. They are everybody's who asks the same: nobody may change them. */
  rows<Row>(text: string, params: readonly unknown[]): Promise<Row[]> {
    // What a transaction has written and not yet committed is nobody else's.
    if (this.database.inTransaction) return this.runner.rows<Row>(text, ...params);
    const { tables, answers } = this.question(text);
    const others = this.writesOfOthers();
    let writes = 0;
    for (const table of tables) writes += this.writes.get(table) ?? 0;
    const key = params.length === 1 ? params[0] : JSON.stringify(params);
    const known = answers.get(key);
    if (known?.others === others && known.writes === writes) return known.rows as Promise<Row[]>;
    const rows = this.runner.rows<Row>(text, ...params);
    if (answers.size >= KEPT) answers.clear();
    answers.set(key, { rows, others, writes });
    // What failed is asked again, and what is long is not kept.
    rows.then(
      (found) => found.some(isLong) && answers.delete(key),
      () => answers.delete(key),
    );
    return rows;
  }

  private question(text: string): Question {
    let question = this.questions.get(text);
    if (!question) {
      const tables = [...text.matchAll(READ)].map(([, table]) => table!);
      this.questions.set(text, (question = { tables, answers: new Map() }));
    }
    return question;
  }

  private writesOfOthers(): number {
    const now = performance.now();
    if (this.others === undefined || now - this.askedAt > WORD_COUNTS) {
      this.askedAt = now;
      this.others = (this.version.all([])[0] as { data_version: number }).data_version;
      setImmediate(() => (this.others = undefined));
    }
    return this.others;
  }
}

function isLong(row: unknown): boolean {
  return Object.values(row as object).some(
    (value: { length?: number } | null) => (value?.length ?? 0) > LONGEST,
  );
}
