import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvRecord, readCsv, type Cells } from './csv.js';
import { cellsOf, COLUMNS, fieldsOf } from './csv-columns.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string): Promise<Cells[]> {
  const file = join(folder, 'file.csv');
  writeFileSync(file, text);
  const records: Cells[] = [];
  for await (const record of readCsv(file)) records.push(record);
  return records;
}

describe('CSV', () => {
  it.each<[string, Cells[]]>([
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a,b\n\n,\nc', [['a', 'b'], ['', ''], ['c']]],
    ['"a,""b""\r\n",c', [['a,"b"\r\n', 'c']]],
    ['"",""', [['', '']]],
    ['a"b,c', [['a"b', 'c']]],
    ['"a"b,c\nd', [undefined, ['d']]],
    ['a\n"b,c\nd', [['a'], undefined]],
    ['', []],
  ])('is read after RFC 4180: %j', async (text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it('comes back as it was written, across the parts in which a file is read', async () => {
    const records = Array.from({ length: 3_000 }, (_, n) => [
      `"ü",\n${n}`,
      'ö'.repeat(n % 90),
      '',
      "'t Hooft",
    ]);
    expect(await read(records.map(csvRecord).join(''))).toEqual(records);
  });

  it('has no record longer than anybody needs', async () => {
    expect(await read(`a\n"${'x'.repeat(70_000)}"\nb`)).toEqual([['a'], undefined, ['b']]);
    expect(await read(`a\n${','.repeat(70_000)}\nb`)).toEqual([['a'], undefined, ['b']]);
  });

  it.each(['=1+1', '+491701234567', '-x', '@SUM(A1)', "'=x", '\t=x'])(
    'is no formula in a spreadsheet, and comes back: %j',
    async (cell) => {
      const written = csvRecord([cell]);
      expect(written.replace(/^"/, '')).toMatch(/^'/);
      expect(await read(written)).toEqual([[cell]]);
    },
  );

  it('says of a person what a line of JSON says', () => {
    const line = {
      username: 'ada',
      email: 'ada@example.org',
      email_verified: true,
      disabled: false,
      display_name: 'Ada',
      locale: 'de',
      details: { given_name: 'Ada', phone_number: '+491701234567', address: { locality: 'London' } },
      attributes: { teams: ['a', 'b'] },
      groups: ['staff', 'staff/engines'],
      password_hash: '$argon2id$v=19$m=19456,t=2,p=1$x$y',
      totp: [
        { name: 'phone; old, "mine"', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
        { name: '', secret: 'GEZDGNBVGY3TQOJQ', algorithm: 'SHA256', digits: 8, period: 60 },
      ],
      withheld: ['passkeys'],
    };
    expect(fieldsOf(COLUMNS, cellsOf(line))).toEqual(line);
  });

  it('leaves to be refused what is neither', () => {
    expect(fieldsOf(['disabled', 'attributes', 'totp'], ['yes', '{', 'otpauth://hotp/x?secret=A'])).toEqual({
      disabled: 'yes',
      attributes: '{',
      totp: ['otpauth://hotp/x?secret=A'],
    });
  });
});
