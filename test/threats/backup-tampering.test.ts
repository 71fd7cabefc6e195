import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { makeBackup, Places, reasonOf, restoreTo, verifyIn } from '../support/backups.js';
import { database } from '../support/database.js';

const HEADER = 75;
const CHUNK = 64 * 1024 + 16;

/** Somebody who has the archive, or carries it, and does not have its key. */
describe('an archive', () => {
  const places = new Places();
  let whole: Buffer;
  beforeAll(async () => {
    const env = await places.empty();
    mkdirSync(env['GATEHOUSE_DATA_DIR']!, { mode: 0o700 });
    writeFileSync(join(env['GATEHOUSE_DATA_DIR']!, 'large'), randomBytes(300_000));
    const app = await createApp(loadConfig(env));
    await app.close();
    const file = places.file();
    await makeBackup(env, file);
    whole = readFileSync(file);
    expect(whole.length).toBeGreaterThan(HEADER + 4 * CHUNK);
  });
  afterAll(() => places.remove());

  /** What a restore of it comes to; and it has left nothing behind. */
  async function outcome(bytes: Buffer, more: Record<string, string> = {}): Promise<string> {
    const file = places.file();
    writeFileSync(file, bytes);
    const env = await places.empty(more);
    const reason = await reasonOf(restoreTo(env, file));
    if (reason !== 'it did') expect(readdirSync(env['GATEHOUSE_DATA_DIR']!)).toEqual([]);
    return reason;
  }

  const changed = (at: number) => {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1;
    return bytes;
  };
  const chunk = (index: number) => whole.subarray(HEADER + index * CHUNK, HEADER + (index + 1) * CHUNK);
  const footer = (length: number) => {
    const bytes = Buffer.from(whole.subarray(-16));
    bytes.writeBigUInt64BE(BigInt(length), 8);
    return bytes;
  };

  it('that nobody changed is restored', async () => {
    expect(await outcome(whole)).toBe('it did');
  });

  it('is not opened with another key', async () => {
    expect(await outcome(whole, { GATEHOUSE_BACKUP_KEY: 'another passphrase for them' })).toBe('wrong-key');
    const file = places.file();
    writeFileSync(file, whole);
    const env = await places.empty({ GATEHOUSE_BACKUP_KEY: 'another passphrase for them' });
    expect(await reasonOf(verifyIn(env, file))).toBe('wrong-key');
  });

  it('is corrupt when one bit of it is another, wherever', async () => {
    const ends = [17, 16, 8, 1].map((left) => whole.length - left);
    for (const at of [HEADER, HEADER + 1000, HEADER + CHUNK - 1, HEADER + 2 * CHUNK, ...ends])
      expect([at, await outcome(changed(at))]).toEqual([at, 'corrupt']);
    // A header of another salt, nonce or HMAC: no key fits it.
    for (const at of [25, 40, 60]) expect([at, await outcome(changed(at))]).toEqual([at, 'wrong-key']);
  }, 60_000);

  it('cannot ask for a gigabyte of memory before anything vouches for it', async () => {
    const bytes = Buffer.from(whole);
    bytes[17] = 30;
    expect(await outcome(bytes)).toBe('corrupt');
  });

  it('is truncated when it breaks off, also where a chunk ends, and also when its length is written anew', async () => {
    for (const length of [
      16,
      HEADER - 1,
      HEADER,
      HEADER + 5,
      HEADER + CHUNK,
      HEADER + 2 * CHUNK + 77,
      whole.length - 1,
    ])
      expect([length, await outcome(whole.subarray(0, length))]).toEqual([length, 'truncated']);
    const cut = HEADER + 2 * CHUNK;
    expect(await outcome(Buffer.concat([whole.subarray(0, cut), footer(cut + 16)]))).toBe('truncated');
    expect(await outcome(Buffer.concat([whole.subarray(0, HEADER), footer(HEADER + 16)]))).toBe('truncated');
  }, 60_000);

  it('is corrupt when something was added behind its end', async () => {
    for (const more of [Buffer.from('\n'), Buffer.alloc(100_000), whole.subarray(0, 200), whole])
      expect([more.length, await outcome(Buffer.concat([whole, more]))]).toEqual([more.length, 'corrupt']);
  });

  it('is corrupt when its chunks are swapped, repeated or left out', async () => {
    const head = whole.subarray(0, HEADER);
    const rest = whole.subarray(HEADER + 2 * CHUNK);
    expect(await outcome(Buffer.concat([head, chunk(1), chunk(0), rest]))).toBe('corrupt');
    expect(await outcome(Buffer.concat([head, chunk(0), chunk(0), rest]))).toBe('corrupt');
    const shorter = Buffer.concat([head, chunk(1), rest.subarray(0, -16)]);
    expect(await outcome(Buffer.concat([shorter, footer(shorter.length + 16)]))).toBe('corrupt');
  });

  it('of a newer form, of another database, or something else altogether is refused by name', async () => {
    const newer = Buffer.from(whole);
    newer[16] = 2;
    expect(await outcome(newer)).toBe('newer-version');
    expect(await outcome(randomBytes(5_000))).toBe('not-an-archive');
    expect(await outcome(Buffer.alloc(0))).toBe('not-an-archive');
    const other =
      database === 'sqlite'
        ? 'postgresql://nobody@127.0.0.1:1/none'
        : `sqlite:${places.file('other.sqlite')}`;
    const file = places.file();
    writeFileSync(file, whole);
    const env = await places.empty();
    const wrong = { ...env, DATABASE_URL: other };
    expect(await reasonOf(restoreTo(wrong, file, { overwrite: true }))).toBe('other-database');
    expect(existsSync(places.file('other.sqlite'))).toBe(false);
  });
});
