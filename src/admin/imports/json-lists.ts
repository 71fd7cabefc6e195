import { createReadStream } from 'node:fs';
import { ImportFailure } from './failures.js';

/** One item of a list that stands in the object which the file is; `value` is undefined where it is too long or no JSON. */
export interface ListItem {
  readonly list: string;
  readonly value: unknown;
}

/** Characters. A person or an application is far shorter. */
const LONGEST_ITEM = 1024 * 1024;

/**
 * Reads lists of a JSON file that may be larger than the memory: `{"users": [ … ], …}`, an item at a time.
 * What stands elsewhere is passed over, and only counted: as many brackets have to close as were opened.
 */
export async function* itemsOf(file: string, lists: readonly string[]): AsyncGenerator<ListItem> {
  const scanner = new Scanner(lists);
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 }))
    yield* scanner.read(chunk as string);
  scanner.end();
}

class Scanner {
  private depth = 0;
  private isInString = false;
  private isEscaped = false;
  /** The text of the key or string at depth 1, and the last one of those that was complete. */
  private name = '';
  private lastName = '';
  /** The list we are in. */
  private list: string | undefined;
  private item = '';
  private isTooLong = false;
  private hasEnded = false;

  constructor(private readonly lists: readonly string[]) {}

  *read(chunk: string): Generator<ListItem> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at]!;
      if (this.isInString) {
        this.inString(character);
        continue;
      }
      const isSpace = character === ' ' || character === '\n' || character === '\r' || character === '\t';
      if (
        this.hasEnded ? !isSpace : this.depth === 0 && !isSpace && character !== '{' && character !== '\ufeff'
      )
        throw character === '[' && !this.hasEnded ? severalObjects() : broken();
      if (character === '"') {
        this.isInString = true;
        this.name = '';
      } else if (character === '{' || character === '[') {
        this.depth++;
        if (this.depth === 2 && character === '[' && this.lists.includes(this.lastName)) {
          this.list = this.lastName;
          from = at + 1;
        }
      } else if (character === '}' || character === ']') {
        if (--this.depth === 1 && this.list !== undefined) {
          this.keep(chunk.slice(from, at));
          yield* this.done();
          this.list = undefined;
        }
        if (this.depth === 0) this.hasEnded = true;
      } else if (character === ',' && this.depth === 2 && this.list !== undefined) {
        this.keep(chunk.slice(from, at));
        yield* this.done();
        from = at + 1;
      }
    }
    if (this.list !== undefined) this.keep(chunk.slice(from));
  }

  end(): void {
    if (!this.hasEnded) throw broken();
  }

  private inString(character: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (character === '\\') this.isEscaped = true;
    else if (character === '"') {
      this.isInString = false;
      if (this.depth === 1) this.lastName = this.name;
      return;
    }
    if (this.depth === 1 && this.name.length < 100) this.name += character;
  }

  private keep(text: string): void {
    this.isTooLong ||= this.item.length + text.length > LONGEST_ITEM;
    if (!this.isTooLong) this.item += text;
  }

  private *done(): Generator<ListItem> {
    const { list, item, isTooLong } = this;
    this.item = '';
    this.isTooLong = false;
    if (isTooLong || item.trim() !== '') yield { list: list!, value: isTooLong ? undefined : parsed(item) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(): ImportFailure {
  return new ImportFailure('other-format', 'the file is not one JSON object, or is damaged');
}

/** As `kc.sh export --file` writes where no realm was named. */
function severalObjects(): ImportFailure {
  return new ImportFailure(
    'several-realms',
    'the file is a list of realms: export one of them, with kc.sh export --realm NAME',
  );
}
