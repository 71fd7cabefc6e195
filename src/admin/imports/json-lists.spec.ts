import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImportFailure } from './failures.js';
import { itemsOf, type ListItem } from './json-lists.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-json-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string, ...lists: string[]): Promise<ListItem[]> {
  const file = join(folder, 'file.json');
  writeFileSync(file, text);
  const found: ListItem[] = [];
  for await (const item of itemsOf(file, lists)) found.push(item);
  return found;
}

describe('lists of a large JSON file', () => {
  it('come an item at a time, whatever stands in strings and beside them', async () => {
    const items = [{ name: 'a,]}"\\', deep: [[{ users: [1] }]] }, 'text', 7, null, []];
    const whole = {
      users: items,
      other: { users: ['not at the top'] },
      'a "name"': 1,
      clients: [{ id: 'x' }],
    };
    const expected = [
      ...items.map((value) => ({ list: 'users', value })),
      { list: 'clients', value: { id: 'x' } },
    ];
    expect(await read(JSON.stringify(whole), 'users', 'clients')).toEqual(expected);
    expect(await read(`\ufeff${JSON.stringify(whole, undefined, 3)}\n`, 'users', 'clients')).toEqual(
      expected,
    );
    expect(await read('{"users": [], "clients": [ ]}', 'users', 'clients')).toEqual([]);
  });

  it('are the same where they lie across the parts in which the file is read', async () => {
    const users = Array.from({ length: 3_000 }, (_, n) => ({ n, text: `"ü${'ö'.repeat(n % 300)}"` }));
    const found = await read(JSON.stringify({ before: 'x'.repeat(262_100), users }), 'users');
    expect(found.map(({ value }) => value)).toEqual(users);
  });

  it('tell an item that is no JSON, or is too long, from the others', async () => {
    const found = await read(
      `{"users": [{"a": nonsense}, {"b": 1}, "${'x'.repeat(1_100_000)}", 2]}`,
      'users',
    );
    expect(found.map(({ value }) => value)).toEqual([undefined, { b: 1 }, undefined, 2]);
  });

  it('are nothing that a deep nesting can break', async () => {
    const deep = '['.repeat(400_000) + ']'.repeat(400_000);
    expect(await read(`{"other": ${deep}, "users": [1]}`, 'users')).toEqual([{ list: 'users', value: 1 }]);
  });

  it.each(['', '[]', 'users', '{"users": [1, 2', '{"users": [1]}}', '{"users": [1]} {}', '{"a": "b'])(
    'are none in a file that is not one whole object: %j',
    async (text) => {
      await expect(read(text, 'users')).rejects.toThrow(ImportFailure);
    },
  );
});
