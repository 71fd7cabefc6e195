import { MikroORM, type EntityClass, type EntityManager } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { Injectable } from '@nestjs/common';
import { CompiledQuery, type Kysely } from 'kysely';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Config } from '../config/config.js';
import { GroupCommit } from './group-commit.js';
import { PlainRows } from './plain-rows.js';
import { watchable, watchEntities } from './traced-statements.js';
import { Settled } from './settled.js';
import { direct, directUnless, sqliteBehind, type SqliteDatabase } from './sqlite.js';

/** Plain SQL with bound parameters, written once for both databases: `?` marks a parameter. */
export interface SqlRunner {
  /** Rows of a SELECT (or of a statement with RETURNING). */
  rows<Row>(text: string, ...params: unknown[]): Promise<Row[]>;
  /** How many rows a statement changed: for a conditional UPDATE, the verdict. */
  run(text: string, ...params: unknown[]): Promise<number>;
}

/** A write, with what stands for its question marks. */
export interface Note {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** Entities are for accounts; records that are read and written on each request go through here (docs/decisions/0003). */
@Injectable()
export class Sql implements SqlRunner {
  private readonly runner: SqlRunner;
  private readonly gathered = new AsyncLocalStorage<Note[]>();
  private readonly plainRows: PlainRows;
  private readonly kept: Settled | undefined;
  private readonly group: GroupCommit | undefined;
  private readonly numberedTexts = new Map<string, string>();

  private constructor(
    private readonly orm: MikroORM,
    /** Absent: the database is PostgreSQL. */
    private readonly sqlite: SqliteDatabase | undefined,
  ) {
    const queued = this.over(() => this.kysely());
    this.runner = this.watchable(sqlite ? directUnless(sqlite, queued) : queued);
    this.kept = sqlite && new Settled(sqlite, this.runner);
    this.group =
      sqlite &&
      new GroupCommit(sqlite, this.watchable(direct(sqlite)), (work) =>
        this.kysely().connection().execute(work),
      );
    this.plainRows = new PlainRows(orm, {
      ...this.runner,
      rows: (text, ...params) => this.settled(text, ...params),
    });
  }

  static async of(orm: MikroORM, config: Config): Promise<Sql> {
    if (config.tracing) watchEntities(orm, config.database.kind);
    return new Sql(orm, config.database.kind === 'sqlite' ? await sqliteBehind(orm) : undefined);
  }

  rows<Row>(text: string, ...params: unknown[]): Promise<Row[]> {
    return this.runner.rows<Row>(text, ...params);
  }

  /**
   * The same for what is read on each request and seldom written: as new as `rows`, and cheaper where the database can tell
   * that nothing was written. The rows are everybody's who asks the same: nobody may change them.
   */
  settled<Row>(text: string, ...params: unknown[]): Promise<Row[]> {
    return this.kept ? this.kept.rows<Row>(text, params) : this.runner.rows<Row>(text, ...params);
  }

  run(text: string, ...params: unknown[]): Promise<number> {
    return this.group
      ? this.group.write((sql) => sql.run(text, ...params))
      : this.runner.run(text, ...params);
  }

  /**
   * Rows of an entity's table, as the entity shows them but not managed: for what is read on each request.
   * @param where what follows WHERE; its columns are the table's
   */
  entities<Entity extends object>(
    entity: EntityClass<Entity>,
    where: string,
    ...params: unknown[]
  ): Promise<Entity[]> {
    return this.plainRows.find(entity, where, params);
  }

  /** A moment as a parameter, for a column that an entity declares as a date. */
  moment(date: Date): number | Date {
    return this.sqlite ? date.getTime() : date;
  }

  /** A write of which nobody asks what came of it. */
  note(text: string, ...params: unknown[]): Promise<void> {
    return this.notes([{ text, params }]);
  }

  /** The same of several, which are committed together. */
  async notes(notes: readonly Note[]): Promise<void> {
    const gathered = this.gathered.getStore();
    const [only, ...more] = notes;
    if (gathered) gathered.push(...notes);
    else if (only && more.length === 0) await this.run(only.text, ...only.params);
    else await this.transaction((sql) => writeDown(sql, notes));
  }

  /**
   * What `work` notes is committed together once it is done, also when it fails: each commit is a wait for the disk. Nothing
   * may be answered in it, and nothing read that is noted in it.
   * @param commit where the notes are to be part of another transaction
   */
  async gather<T>(
    work: () => Promise<T>,
    commit = (write: (sql: SqlRunner) => Promise<void>) => this.transaction(write),
  ): Promise<T> {
    const notes: Note[] = [];
    try {
      return await this.gathered.run(notes, work);
    } finally {
      if (notes.length > 0) await commit((sql) => writeDown(sql, notes));
    }
  }

  /**
   * Everything in `work` is committed together, or nothing is.
   * Write before reading: in SQLite a transaction that begins with a read fails when it later wants to write.
   * Use only the runner that is passed in; the other one would wait for this transaction for ever.
   */
  transaction<T>(work: (sql: SqlRunner) => Promise<T>): Promise<T> {
    if (this.group) return this.group.write(work);
    return this.kysely()
      .transaction()
      .execute((transaction) => work(this.watchable(this.over(() => transaction))));
  }

  /** Plain SQL inside an EntityManager's transaction. */
  within(em: EntityManager): SqlRunner {
    return this.watchable(this.over(() => (em as unknown as SqlEntityManager).getKysely<unknown>()));
  }

  private watchable(runner: SqlRunner): SqlRunner {
    return watchable(runner, this.sqlite ? 'sqlite' : 'postgresql');
  }

  private kysely(): Kysely<unknown> {
    return (this.orm.em as unknown as SqlEntityManager).getKysely<unknown>();
  }

  private over(executor: () => Kysely<unknown>): SqlRunner {
    const execute = (text: string, params: unknown[]) =>
      executor().executeQuery(CompiledQuery.raw(this.numbered(text), params));
    return {
      rows: async <Row>(text: string, ...params: unknown[]) => (await execute(text, params)).rows as Row[],
      run: async (text, ...params) => Number((await execute(text, params)).numAffectedRows ?? 0),
    };
  }

  /** PostgreSQL counts its parameters: $1, $2 … The statements are constants of the program, so each is rewritten once. */
  private numbered(text: string): string {
    if (this.sqlite) return text;
    let result = this.numberedTexts.get(text);
    if (!result) {
      let n = 0;
      result = text.replace(/\?/g, () => `$${++n}`);
      this.numberedTexts.set(text, result);
    }
    return result;
  }
}

async function writeDown(sql: SqlRunner, notes: readonly Note[]): Promise<void> {
  for (const { text, params } of notes) await sql.run(text, ...params);
}
