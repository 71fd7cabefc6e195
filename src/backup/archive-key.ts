import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { BackupFailure } from './failures.js';

/**
 * The start of an archive, in the clear:
 *
 *     magic (16) · format (1) · log2 N (1) · r (1) · p (1) · salt (16) · nonce prefix (7) · HMAC of all that (32)
 *
 * The HMAC tells a wrong key from a damaged archive; each chunk is bound to it, and so to the whole header.
 */
export const MAGIC = Buffer.from('gatehouse-backup');
const FORMAT = 1;
const OPEN_LENGTH = MAGIC.length + 4 + 16 + 7;
export const HEADER_LENGTH = OPEN_LENGTH + 32;

/** 128 MiB and about half a second for each guess: a passphrase has no other protection. */
const COST = { logN: 17, r: 8, p: 1 };
/** What an archive may ask for: its header is read before anything vouches for it. */
const MOST_COST = { logN: 20, r: 16, p: 4 };

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

export interface ArchiveKey {
  readonly header: Buffer;
  readonly key: Buffer;
  readonly noncePrefix: Buffer;
}

export async function newKey(passphrase: string): Promise<ArchiveKey> {
  const { logN, r, p } = COST;
  return keyed(
    passphrase,
    Buffer.concat([MAGIC, Buffer.from([FORMAT, logN, r, p]), randomBytes(16), randomBytes(7)]),
  );
}

/** @throws BackupFailure not-an-archive, newer-version, wrong-key */
export async function keyOf(passphrase: string, header: Buffer): Promise<ArchiveKey> {
  const open = header.subarray(0, OPEN_LENGTH);
  const [format, logN, r, p] = open.subarray(MAGIC.length) as unknown as [number, number, number, number];
  if (!open.subarray(0, MAGIC.length).equals(MAGIC))
    throw new BackupFailure('not-an-archive', 'the file does not begin as a backup of Gatehouse does');
  if (header.length < HEADER_LENGTH)
    throw new BackupFailure('truncated', 'the archive breaks off in its first bytes: copy it again');
  if (format > FORMAT)
    throw new BackupFailure('newer-version', 'a newer Gatehouse made this archive: restore it with that one');
  if (logN > MOST_COST.logN || r > MOST_COST.r || p > MOST_COST.p || logN < 1 || r < 1 || p < 1)
    throw new BackupFailure('corrupt', 'the header asks for what no backup asks for');
  const made = await keyed(passphrase, open);
  if (!timingSafeEqual(made.header.subarray(OPEN_LENGTH), header.subarray(OPEN_LENGTH, HEADER_LENGTH)))
    throw new BackupFailure(
      'wrong-key',
      'GATEHOUSE_BACKUP_KEY is not the key that this archive was made with (or its first bytes are damaged)',
    );
  return made;
}

async function keyed(passphrase: string, open: Buffer): Promise<ArchiveKey> {
  const [logN, r, p] = open.subarray(MAGIC.length + 1) as unknown as [number, number, number];
  const salt = open.subarray(MAGIC.length + 4, MAGIC.length + 20);
  const options = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r };
  const both = await derive(passphrase.normalize('NFKC'), salt, 64, options);
  const mark = createHmac('sha256', both.subarray(32)).update(open).digest();
  return {
    header: Buffer.concat([open, mark]),
    key: both.subarray(0, 32),
    noncePrefix: open.subarray(MAGIC.length + 20),
  };
}
