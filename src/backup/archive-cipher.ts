import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { HEADER_LENGTH, keyOf, newKey, type ArchiveKey } from './archive-key.js';
import { BackupFailure } from './failures.js';

/**
 * AES-256-GCM in chunks, as STREAM does it (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce counts the chunks and marks the
 * last one, so none can be left out, moved, or be made the last. After them stands, in the clear, how long the whole is: it
 * protects nothing, it only tells a download that broke off from one that was altered.
 */
const CHUNK = 64 * 1024;
const TAG = 16;
const END = Buffer.from('the end.');
const FOOTER = END.length + 8;
/** Where its end is looked for, when it is not the last of the file. */
const LOOKED_AT = 1024 * 1024;

export async function* encrypted(
  passphrase: string,
  plain: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  const key = await newKey(passphrase);
  yield key.header;
  let length = key.header.length;
  let waiting = Buffer.alloc(0);
  let count = 0;
  const chunk = (bytes: Buffer, last: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key.key, nonce(key, count++, last)).setAAD(key.header);
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    length += sealed.length;
    return sealed;
  };
  for await (const bytes of plain) {
    waiting = Buffer.concat([waiting, bytes]);
    // Only what is followed by something is not the last.
    for (; waiting.length > CHUNK; waiting = waiting.subarray(CHUNK))
      yield chunk(waiting.subarray(0, CHUNK), false);
  }
  yield chunk(waiting, true);
  const footer = Buffer.alloc(FOOTER);
  END.copy(footer);
  footer.writeBigUInt64BE(BigInt(length + FOOTER), END.length);
  yield footer;
}

/** @throws BackupFailure */
export async function* decrypted(passphrase: string, file: FileHandle): AsyncGenerator<Buffer, void> {
  const key = await keyOf(passphrase, await read(file, 0, HEADER_LENGTH));
  const { size } = await file.stat();
  const footer = await read(file, Math.max(HEADER_LENGTH, size - FOOTER), FOOTER);
  const end = size - FOOTER;
  if (
    footer.length < FOOTER ||
    !footer.subarray(0, END.length).equals(END) ||
    footer.readBigUInt64BE(END.length) !== BigInt(size)
  )
    throw (await endsAt(file, key, end)) || (await hasMoreBehind(file, size))
      ? new BackupFailure(
          'corrupt',
          'the archive is damaged, or was altered, in its last bytes, or there is more behind them',
        )
      : new BackupFailure('truncated', 'the archive breaks off: copy it again, or take another one');
  for (let at = HEADER_LENGTH, count = 0; at < end; at += CHUNK + TAG, count++) {
    const bytes = await read(file, at, Math.min(CHUNK + TAG, end - at));
    yield opened(key, bytes, count, at + CHUNK + TAG >= end);
  }
  if (end <= HEADER_LENGTH) throw new BackupFailure('truncated', 'the archive has no content');
}

/** Whether what was sealed as the last chunk ends there: then nothing is missing. */
async function endsAt(file: FileHandle, key: ArchiveKey, end: number): Promise<boolean> {
  if (end <= HEADER_LENGTH) return false;
  const count = Math.ceil((end - HEADER_LENGTH) / (CHUNK + TAG)) - 1;
  const at = HEADER_LENGTH + count * (CHUNK + TAG);
  return attempt(key, await read(file, at, end - at), nonce(key, count, true)) !== undefined;
}

/** Whether a whole archive may stand before its last bytes: then something was added, and nothing is missing. */
async function hasMoreBehind(file: FileHandle, size: number): Promise<boolean> {
  const from = Math.max(0, size - LOOKED_AT);
  const bytes = await read(file, from, size - from);
  for (let at = bytes.lastIndexOf(END); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(END, at - 1)) {
    const length = bytes.subarray(at + END.length, at + FOOTER);
    if (length.length === 8 && length.readBigUInt64BE() === BigInt(from + at + FOOTER)) return true;
  }
  return false;
}

function opened(key: ArchiveKey, bytes: Buffer, count: number, last: boolean): Buffer {
  const plain = attempt(key, bytes, nonce(key, count, last));
  if (plain) return plain;
  if (last && attempt(key, bytes, nonce(key, count, false)))
    throw new BackupFailure('truncated', 'the archive ends before its end');
  throw new BackupFailure('corrupt', `the archive is damaged, or was altered, in chunk ${count + 1}`);
}

function attempt({ key, header }: ArchiveKey, bytes: Buffer, nonce: Buffer): Buffer | undefined {
  if (bytes.length < TAG) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
      .setAAD(header)
      .setAuthTag(bytes.subarray(bytes.length - TAG));
    return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function nonce({ noncePrefix }: ArchiveKey, count: number, last: boolean): Buffer {
  const tail = Buffer.alloc(5);
  tail.writeUInt32BE(count);
  tail[4] = last ? 1 : 0;
  return Buffer.concat([noncePrefix, tail]);
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
