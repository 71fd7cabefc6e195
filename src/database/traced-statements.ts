import type { MikroORM } from '@mikro-orm/core';
import { isWatched, traced, tracedBefore, type Step } from '../kernel/tracing.js';
import type { SqlRunner } from './sql.js';

const VERB = /^\s*([a-z]+)/i;
const TABLE = /\b(?:from|into|update)\s+["`]?([a-z_]+)/i;

/** Of a statement its kind and its table: never a value. */
export function statementName(text: string): string {
  const verb = VERB.exec(text)?.[1] ?? 'statement';
  const isOne = /^(select|insert|update|delete|with)$/i.test(verb);
  const table = TABLE.exec(text)?.[1];
  return isOne && table ? `${verb.toUpperCase()} ${table.toLowerCase()}` : verb.toUpperCase();
}

/** The same statements; whoever watches sees how long each takes. */
export function watchable(runner: SqlRunner, system: string): SqlRunner {
  return {
    rows: <Row>(text: string, ...params: unknown[]) =>
      isWatched()
        ? traced(stepOf(text, system), () => runner.rows<Row>(text, ...params))
        : runner.rows<Row>(text, ...params),
    run: (text, ...params) =>
      isWatched()
        ? traced(stepOf(text, system), () => runner.run(text, ...params))
        : runner.run(text, ...params),
  };
}

/** Those that entities cause: the ORM tells of them when they are over. */
export function watchEntities(orm: MikroORM, system: string): void {
  const logger = orm.config.getLogger();
  const log = logger.logQuery.bind(logger);
  logger.logQuery = (context) => {
    tracedBefore(stepOf(context.query ?? '', system), context.took ?? 0);
    log(context);
  };
}

function stepOf(text: string, system: string): Step {
  const name = statementName(text);
  return { name, kind: 'client', onlyWithin: true, attributes: { 'db.system.name': system } };
}
