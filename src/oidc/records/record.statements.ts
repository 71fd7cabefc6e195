import type { SqlRunner } from '../../database/sql.js';
import { RecordLost } from './record.lost.js';

export interface Statement {
  readonly text: string;
  readonly params: unknown[];
  /** Of what is thrown when no row was changed. */
  readonly lost?: { readonly kind: string; readonly grantHash?: string | undefined };
}

/** One after the other. @throws RecordLost when one of them had to change a row, and changed none */
export async function execute(sql: SqlRunner, statements: Statement[]): Promise<void> {
  for (const { text, params, lost } of statements) {
    const changed = await sql.run(text, ...params);
    if (lost && changed !== 1) throw new RecordLost(lost.kind, lost.grantHash);
  }
}
