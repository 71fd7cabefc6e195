import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { ImportFailure } from '../../src/admin/imports/failures.js';
import { readPocketId } from '../../src/admin/imports/pocket-id.reader.js';
import { readZipEntry } from '../../src/admin/imports/zip-entry.js';
import { foreignFile } from '../support/imports.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

interface Entry {
  readonly name: string;
  readonly content: Buffer;
  /** What the directory says of it, where that is not the truth. */
  readonly said?: { size?: number; method?: number; flags?: number; at?: number; sum?: number };
}

/** After PKWARE's APPNOTE, 4.3: each file, the directory, the end. */
function archive(entries: readonly Entry[], spoil: (bytes: Buffer) => Buffer = (bytes) => bytes): string {
  const [files, list]: Buffer[][] = [[], []];
  let at = 0;
  for (const { name, content, said = {} } of entries) {
    const data = deflateRawSync(content);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(said.flags ?? 0, 2);
    head.writeUInt16LE(said.method ?? 8, 4);
    head.writeUInt32LE(said.sum ?? crc32(content), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(said.size ?? content.length, 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), data]);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(said.at ?? at, 10);
    list!.push(Buffer.from('PK\x01\x02\x14\x00'), head, where, Buffer.from(name));
    files!.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(list!);
  const end = Buffer.alloc(18);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  const path = join(folder, `${count++}.zip`);
  writeFileSync(path, spoil(Buffer.concat([...files!, directory, Buffer.from('PK\x05\x06'), end])));
  return path;
}

const database = (tables: object) => ({
  name: 'database.json',
  content: Buffer.from(JSON.stringify({ provider: 'sqlite', tables })),
});
const PEOPLE = database({ users: [{ id: '1', username: 'ada', email: 'ada@example.org', disabled: false }] });
const reason = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ImportFailure) return error.reason;
    throw error;
  }
  return undefined;
};

describe('an archive that somebody has prepared', () => {
  it('is read like one of a real program', () => {
    expect([...readPocketId(archive([PEOPLE]))]).toMatchObject([{ kind: 'user', user: { username: 'ada' } }]);
    expect([...readPocketId(foreignFile('pocket-id/export.zip'))]).toHaveLength(4);
  });

  it('does not unpack more than is looked at, whatever it says', () => {
    const bomb = { name: 'database.json', content: Buffer.alloc(200 * 1024 * 1024) };
    expect(reason(() => readZipEntry(archive([bomb]), 'database.json', 1_000_000))).toBe('file-too-large');
    const lying = archive([{ ...bomb, said: { size: 10 } }]);
    expect(reason(() => readZipEntry(lying, 'database.json', 1_000_000))).toBe('file-too-large');
    expect(reason(() => [...readPocketId(lying)])).toBe('file-too-large');
  });

  it('leads to no other file, by no name', () => {
    const outside = { name: '../database.json', content: Buffer.from('x') };
    const absolute = { name: '/etc/gatehouse', content: Buffer.from('x') };
    const before = readdirSync(folder).length;
    expect([...readPocketId(archive([outside, absolute, PEOPLE]))]).toHaveLength(1);
    expect(reason(() => [...readPocketId(archive([outside, absolute]))])).toBe('other-format');
    expect(readdirSync(folder)).toHaveLength(before + 2);
  });

  const one = archive([PEOPLE]);
  it.each<[string, () => string]>([
    ['two of one name', () => archive([PEOPLE, database({})])],
    ['an encrypted one', () => archive([{ ...PEOPLE, said: { flags: 1 } }])],
    ['a method that is none', () => archive([{ ...PEOPLE, said: { method: 99 } }])],
    ['a place outside', () => archive([{ ...PEOPLE, said: { at: 0xfffffff0 } }])],
    ['a wrong sum', () => archive([{ ...PEOPLE, said: { sum: 7 } }])],
    ['a wrong size', () => archive([{ ...PEOPLE, said: { size: 7 } }])],
    ['an end alone', () => archive([PEOPLE], (bytes) => bytes.subarray(-22))],
    ['half of it', () => archive([PEOPLE], (bytes) => bytes.subarray(0, bytes.length / 2))],
    ['nothing', () => archive([PEOPLE], () => Buffer.alloc(0))],
    ['no archive', () => archive([PEOPLE], () => Buffer.from('{"tables": {}}'))],
    ['no JSON', () => archive([{ name: 'database.json', content: Buffer.from('{') }])],
    ['no tables', () => archive([{ name: 'database.json', content: Buffer.from('[]') }])],
  ])('is refused as a whole: %s', (_, make) => {
    expect(reason(() => [...readPocketId(make())])).toBe('other-format');
  });

  it('breaks nothing by any byte of it that is another', () => {
    const bytes = readFileSync(one);
    for (let at = 0; at < bytes.length; at++) {
      const path = archive([PEOPLE], () => {
        const spoiled = Buffer.from(bytes);
        spoiled[at]! ^= 0x55;
        return spoiled;
      });
      expect([undefined, 'other-format', 'file-too-large']).toContain(reason(() => [...readPocketId(path)]));
    }
  });

  it('brings rows of any kind, and each is named', () => {
    const users = [
      5,
      { username: 'a' },
      { username: ['x'], email: {} },
      { username: 'b', email: 'b@example.org', disabled: 'no', id: 7 },
    ];
    const odd = {
      users,
      user_groups: 'none',
      custom_claims: [null, { user_id: 7 }],
      webauthn_credentials: {},
    };
    const found = [...readPocketId(archive([database(odd)]))];
    expect(found.map((each) => (each.kind === 'user' ? each.user.isDisabled : each.reason))).toEqual([
      'unusable-username',
      'unusable-email',
      'unusable-username',
      true,
    ]);
  });
});
