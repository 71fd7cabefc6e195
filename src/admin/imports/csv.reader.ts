import { COLUMNS, fieldsOf } from './csv-columns.js';
import { readCsv } from './csv.js';
import { ImportFailure } from './failures.js';
import type { Found } from './foreign-user.js';
import { readFields } from './gatehouse.reader.js';

/** Our own form as a table: the first record names the columns, each other one is a person. */
export async function* readTable(file: string): AsyncGenerator<Found> {
  let columns: readonly string[] | undefined;
  let number = 0;
  for await (const cells of readCsv(file)) {
    number++;
    if (!columns) {
      columns = columnsIn(cells);
      continue;
    }
    const label = `record ${number}`;
    if (!cells) yield { kind: 'unreadable', label, reason: 'unusable-record' };
    else if (cells.length !== columns.length)
      yield { kind: 'unreadable', label, reason: 'other-number-of-cells' };
    else yield readFields(fieldsOf(columns, cells), label);
  }
  if (!columns) throw new ImportFailure('other-format', 'the file is empty');
}

function columnsIn(cells: readonly string[] | undefined): readonly string[] {
  const columns = cells?.map((cell) => cell.replace(/^\ufeff/, '').trim()) ?? [];
  const unknown = columns.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined)
    throw new ImportFailure(
      'other-format',
      `the first line names the columns, separated by commas; there is no column ${JSON.stringify(unknown.slice(0, 60))}`,
    );
  if (new Set(columns).size !== columns.length || !columns.includes('username') || !columns.includes('email'))
    throw new ImportFailure('other-format', 'the columns username and email are needed, and each one once');
  return columns;
}
