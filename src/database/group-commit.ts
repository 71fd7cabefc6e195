import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { isBusy } from './failures.js';
import type { SqlRunner } from './sql.js';
import { PATIENCE } from './patience.js';
import type { SqliteDatabase } from './sqlite.js';

/** Most works that wait for one commit. */
const MOST = 100;
/** Milliseconds between two looks whether another process still writes. */
const LOOK_AGAIN = 10;

interface Waiting {
  readonly work: (sql: SqlRunner) => Promise<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A commit in SQLite is a wait for the disk in which nothing else goes on. What several requests want to write at the same
 * moment waits once: each work is all or nothing by a savepoint of its own, and is answered when it is on the disk.
 */
export class GroupCommit {
  private waiting: Waiting[] = [];

  /** @param alone does something while nobody else uses the connection */
  constructor(
    private readonly database: SqliteDatabase,
    private readonly sql: SqlRunner,
    private readonly alone: (work: () => Promise<void>) => Promise<void>,
  ) {}

  /** As Sql.transaction. */
  write<T>(work: (sql: SqlRunner) => Promise<T>): Promise<T> {
    const inContext = AsyncLocalStorage.snapshot();
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ work: (sql) => inContext(work, sql), resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => void this.commit());
    });
  }

  private async commit(): Promise<void> {
    let group: Waiting[] = [];
    let answers: (() => void)[] = [];
    try {
      await this.alone(async () => {
        await this.begin();
        group = this.waiting;
        this.waiting = group.splice(MOST);
        if (this.waiting.length > 0) setImmediate(() => void this.commit());
        answers = await this.together(group);
      });
    } catch (error) {
      // Nobody had their turn: nobody waits longer for a database that is away than the first of them did.
      if (group.length === 0) [group, this.waiting] = [this.waiting, []];
      answers = group.map(
        ({ reject }) =>
          () =>
            reject(error),
      );
    }
    for (const answer of answers) answer();
  }

  /**
   * It is going to write: whoever else is writing is waited for here, and not in the middle. SQLite would wait with the whole
   * program, one group after the other; who only reads goes on meanwhile.
   */
  private async begin(): Promise<void> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      try {
        this.database.pragma('busy_timeout = 0');
        return void (await this.sql.run('BEGIN IMMEDIATE'));
      } catch (error) {
        if (!isBusy(error) || performance.now() >= end) throw error;
      } finally {
        this.database.pragma(`busy_timeout = ${PATIENCE}`);
      }
      await pause(LOOK_AGAIN);
    }
  }

  private async together(group: Waiting[]): Promise<(() => void)[]> {
    const answers: (() => void)[] = [];
    try {
      for (const each of group) answers.push(await this.answerTo(each));
      await this.sql.run('COMMIT');
    } catch (error) {
      if (this.database.inTransaction) await this.sql.run('ROLLBACK');
      throw error;
    }
    return answers;
  }

  private async answerTo({ work, resolve, reject }: Waiting): Promise<() => void> {
    await this.sql.run('SAVEPOINT work');
    try {
      const result = await work(this.sql);
      await this.sql.run('RELEASE work');
      return () => resolve(result as never);
    } catch (error) {
      // A disk that is full or broken has ended everybody's, and that is what is to be said.
      if (!this.database.inTransaction) throw error;
      await this.sql.run('ROLLBACK TO work');
      await this.sql.run('RELEASE work');
      return () => reject(error);
    }
  }
}
