import { describe, expect, it } from '@jest/globals';
import { mistakesOf } from './schema.check.js';
import {
  among,
  anything,
  flag,
  integer,
  listOf,
  mapOf,
  moment,
  nullable,
  optional,
  shape,
  text,
  type Any,
} from './schema.js';

const Thing = shape('Thing', {
  name: text({ minLength: 1, maxLength: 5 }),
  size: optional(integer(1, 10)),
  kind: optional(nullable(among(['small', 'large']))),
  on: optional(flag('')),
  since: optional(moment('')),
  tags: optional(listOf(text(), { maxItems: 2, uniqueItems: true })),
  more: optional(mapOf(anything(''), '')),
});

const wrong = (value: unknown, schema: Any = Thing) =>
  mistakesOf(schema.json, value).map(({ at, detail }) => `${at} ${detail}`);

describe('a value and its schema', () => {
  it('fits', () => {
    for (const value of [
      { name: 'a' },
      { name: 'äöü𝄞x', size: 10, kind: null, on: false, since: '2030-01-31T12:00:00Z', tags: ['a', 'b'] },
      { name: 'a', more: { any: [1, { deep: null }] } },
    ])
      expect(wrong(value)).toEqual([]);
  });

  it.each([
    [null, '# has to be an object'],
    [[], '# has to be an object'],
    ['a', '# has to be an object'],
    [{}, '#/name is missing'],
    [{ name: 7 }, '#/name has to be a text'],
    [{ name: ['a'] }, '#/name has to be a text'],
    [{ name: '' }, '#/name must not be empty'],
    [{ name: 'abcdef' }, '#/name has to have at most 5 characters'],
    [{ name: 'a\nb' }, '#/name has to match ^[^\\u0000-\\u001f\\u007f]*$'],
    [{ name: 'a', size: 0 }, '#/size has to be from 1 to 10'],
    [{ name: 'a', size: 1.5 }, '#/size has to be a whole number'],
    [{ name: 'a', size: '1' }, '#/size has to be a whole number'],
    [{ name: 'a', kind: 'huge' }, '#/kind has to be one of: small, large, null'],
    [{ name: 'a', kind: 1 }, '#/kind has to be a text or null'],
    [{ name: 'a', on: 'true' }, '#/on has to be true or false'],
    [{ name: 'a', since: 'yesterday' }, '#/since has to be a moment: 2030-01-31T12:00:00Z'],
    [{ name: 'a', since: '2030-13-31T12:00:00Z' }, '#/since has to be a moment: 2030-01-31T12:00:00Z'],
    [{ name: 'a', tags: ['a', 7] }, '#/tags/1 has to be a text'],
    [{ name: 'a', tags: ['a', 'a'] }, '#/tags has something twice'],
    [{ name: 'a', tags: ['a', 'b', 'c'] }, '#/tags has to have at most 2 items'],
    [{ name: 'a', more: [] }, '#/more has to be an object'],
    [{ name: 'a', 'other/~': 1 }, '#/other~1~0 is not known here'],
    [JSON.parse('{"name":"a","__proto__":{"on":true}}'), '#/__proto__ is not known here'],
    [{ name: 'a', constructor: 1 }, '#/constructor is not known here'],
  ])('does not fit: %j', (value, what) => {
    expect(wrong(value)).toEqual([what]);
  });

  it('is told of everything at once', () => {
    expect(wrong({ size: 'x', other: 1 })).toHaveLength(3);
  });
});
