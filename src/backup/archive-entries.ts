import { BackupFailure } from './failures.js';

/** One thing in an archive: its name, and its content bit by bit. */
export interface Entry {
  readonly name: string;
  readonly content: AsyncIterable<Buffer> | Iterable<Buffer>;
}

/**
 * A name (length, then bytes), blocks of content (length, then bytes), and an empty block; an empty name ends it all. Nothing
 * says beforehand how long an entry is: a dump comes from another program as it is made.
 */
export async function* packed(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer, void> {
  for await (const { name, content } of entries) {
    yield block(Buffer.from(name));
    for await (const bytes of content) if (bytes.length > 0) yield block(bytes);
    yield block(Buffer.alloc(0));
  }
  yield block(Buffer.alloc(0));
}

/**
 * Each entry's content has to be read to its end before the next entry is asked for.
 * @throws BackupFailure when it is not well-formed, which after the decryption means: another program's work
 */
export async function* unpacked(bytes: AsyncIterable<Buffer>): AsyncGenerator<Entry, void> {
  const source = new Source(bytes);
  for (;;) {
    const name = (await source.block(1_000)).toString();
    if (name === '') return;
    yield { name, content: source.blocks() };
  }
}

const MOST = 16 * 1024 * 1024;

class Source {
  private readonly iterator: AsyncIterator<Buffer>;
  private waiting: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Buffer>) {
    this.iterator = bytes[Symbol.asyncIterator]();
  }

  async *blocks(): AsyncGenerator<Buffer, void> {
    for (let each = await this.block(MOST); each.length > 0; each = await this.block(MOST)) yield each;
  }

  async block(most: number): Promise<Buffer> {
    const length = (await this.take(4)).readUInt32BE();
    if (length > most) throw malformed();
    return this.take(length);
  }

  private async take(length: number): Promise<Buffer> {
    const parts = [this.waiting];
    for (let have = this.waiting.length; have < length;) {
      const next = await this.iterator.next();
      if (next.done === true) throw malformed();
      parts.push(next.value);
      have += next.value.length;
    }
    const all = Buffer.concat(parts);
    this.waiting = all.subarray(length);
    return all.subarray(0, length);
  }
}

function block(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function malformed(): BackupFailure {
  return new BackupFailure('corrupt', 'what is in the archive has not the form of a backup');
}
