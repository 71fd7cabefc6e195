import { createReadStream } from 'node:fs';

/** Characters of one record, as of a line of JSON. */
const LONGEST_RECORD = 65_536;

/** The cells of a record; undefined where it is too long, or its quotes are not closed. */
export type Cells = readonly string[] | undefined;

/** CSV after RFC 4180, a record at a time. Empty lines are none. */
export async function* readCsv(file: string): AsyncGenerator<Cells> {
  const records = new Records();
  for await (const chunk of createReadStream(file, 'utf8')) yield* records.read(chunk as string);
  yield* records.end();
}

/** @returns a record, with its end */
export function csvRecord(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(tamed(cell))).join(',')}\r\n`;
}

class Records {
  private cells: string[] = [];
  private cell = '';
  private length = 0;
  private isQuoted = false;
  /** A quote inside a quoted cell: its end, or the first half of a quote. */
  private isAtQuote = false;
  private isSpoiled = false;

  *read(chunk: string): Generator<Cells> {
    for (const character of chunk) {
      if (++this.length > LONGEST_RECORD) this.isSpoiled = true;
      if (this.isQuoted && !this.isAtQuote) {
        if (character === '"') this.isAtQuote = true;
        else this.add(character);
        continue;
      }
      if (this.isAtQuote) {
        this.isAtQuote = false;
        if (character === '"') {
          this.add('"');
          continue;
        }
        this.isQuoted = false;
        // After a quoted cell comes the next one, or the end.
        if (!',\r\n'.includes(character)) this.isSpoiled = true;
      }
      if (character === '"' && this.cell === '') this.isQuoted = true;
      else if (character === ',') this.endCell();
      else if (character === '\n') yield* this.endRecord();
      else if (character !== '\r') this.add(character);
    }
  }

  *end(): Generator<Cells> {
    if (this.isQuoted && !this.isAtQuote) this.isSpoiled = true;
    yield* this.endRecord();
  }

  private add(character: string): void {
    if (!this.isSpoiled) this.cell += character;
  }

  private endCell(): void {
    this.cells.push(untamed(this.cell));
    this.cell = '';
  }

  private *endRecord(): Generator<Cells> {
    this.endCell();
    const { cells, isSpoiled } = this;
    this.cells = [];
    this.length = 0;
    this.isQuoted = this.isAtQuote = this.isSpoiled = false;
    if (isSpoiled || cells.length > 1 || cells[0] !== '') yield isSpoiled ? undefined : cells;
  }
}

/** A spreadsheet takes what begins so for a formula, and runs it: an apostrophe before it says that it is a text. */
function tamed(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

function untamed(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
