import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { ImportFailure } from './failures.js';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end of an archive, with the longest comment that it can have. */
const LONGEST_END = 22 + 65_535;
const LARGEST_DIRECTORY = 16 * 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;

/**
 * One file of a ZIP archive, by its exact name. Nothing is unpacked to a disk, so no name leads anywhere; and nothing becomes
 * larger than `most` bytes, whatever the archive says of itself.
 */
export function readZipEntry(path: string, name: string, most: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const read = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      if (at < 0 || readSync(file, bytes, 0, length, at) !== length) throw broken();
      return bytes;
    };
    const { size } = fstatSync(file);
    const { at, packed, unpacked, method, sum } = entryNamed(directory(read, size), name);
    if (packed > most || unpacked > most) throw tooLarge(name, most);
    const local = read(at, 30);
    if (local.readUInt32LE(0) !== LOCAL) throw broken();
    const data = read(at + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), packed);
    const content = method === STORED ? data : inflated(data, name, most);
    if (content.length !== unpacked || crc32(content) !== sum) throw broken();
    return content;
  } finally {
    closeSync(file);
  }
}

function directory(read: (at: number, length: number) => Buffer, size: number): Buffer {
  const tail = read(Math.max(0, size - LONGEST_END), Math.min(size, LONGEST_END));
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue;
    const length = tail.readUInt32LE(at + 12);
    if (length > LARGEST_DIRECTORY) throw broken();
    return read(tail.readUInt32LE(at + 16), length);
  }
  throw broken();
}

function entryNamed(entries: Buffer, name: string) {
  const found = [];
  for (let at = 0; at < entries.length;) {
    if (at + 46 > entries.length || entries.readUInt32LE(at) !== ENTRY) throw broken();
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => entries.readUInt16LE(at + field));
    if (entries.toString('utf8', at + 46, at + 46 + nameLength!) === name)
      found.push({
        isEncrypted: (entries.readUInt16LE(at + 8) & 1) === 1,
        method: entries.readUInt16LE(at + 10),
        sum: entries.readUInt32LE(at + 16),
        packed: entries.readUInt32LE(at + 20),
        unpacked: entries.readUInt32LE(at + 24),
        at: entries.readUInt32LE(at + 42),
      });
    at += 46 + nameLength! + extra! + comment!;
  }
  const [entry, ...more] = found;
  // Which of two is meant, programs do not agree on.
  if (!entry || more.length > 0 || entry.isEncrypted || ![STORED, DEFLATED].includes(entry.method))
    throw new ImportFailure('other-format', `the archive has not one ${name} that can be read`);
  return entry;
}

function inflated(data: Buffer, name: string, most: number): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: most });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(name, most) : broken();
  }
}

function tooLarge(name: string, most: number): ImportFailure {
  return new ImportFailure('file-too-large', `${name} has more than the ${most} bytes that are read`);
}

function broken(): ImportFailure {
  return new ImportFailure('other-format', 'the file is not a ZIP archive, or is damaged');
}
