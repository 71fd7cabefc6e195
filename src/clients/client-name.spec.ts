import { describe, expect, it } from '@jest/globals';
import { looksLike, nameMistake, tidyName } from './client-name.js';

describe('the name an application gives itself', () => {
  it.each(['Notes', 'Über-App 2', '日本語アプリ', 'Заметки', 'Σημειώσεις', "Ada's app", '👩‍🚀'.slice(0, 2)])(
    'may be %s',
    (name) => expect(nameMistake(name)).toBeUndefined(),
  );

  it.each([
    ['', '1 to 60'],
    ['   ', '1 to 60'],
    ['x'.repeat(61), '1 to 60'],
    ['two\nlines', 'cannot be seen'],
    ['nul\u0000', 'cannot be seen'],
    ['right\u202eto left', 'cannot be seen'],
    ['isolate\u2066d', 'cannot be seen'],
    ['zero\u200bwidth', 'cannot be seen'],
    ['soft\u00adhyphen', 'cannot be seen'],
    ['separator\u2028', 'cannot be seen'],
    ['private\ue000', 'cannot be seen'],
    [`pile${'\u0300'.repeat(9)}`, 'pile up'],
    ['G\u0430tehouse', 'look alike'],
    ['\u0391pple', 'look alike'],
  ])('may not be %j', (name, what) => expect(nameMistake(name)).toContain(what));

  it.each([
    ['gatehouse', 'Gatehouse'],
    ['GATE HOUSE', 'Gatehouse'],
    ['Gatehouse.', 'Gatehouse'],
    ['Gatehou\u0455e', 'Gatehouse'],
    ['N0tes', 'Notes'],
    ['Nótes', 'Notes'],
    ['Ｎｏｔｅｓ', 'Notes'],
    ['СОСО', 'coco'],
    ['Cornrnunity', 'Community'],
    ['BiIling', 'Billing'],
  ])('%s could be taken for %s', (name, other) => expect(looksLike(name, ['Other', other])).toBe(true));

  it('is not taken for another one', () => {
    expect(looksLike('Notes for all', ['Notes'])).toBe(false);
    expect(looksLike('…', ['Notes', '…'])).toBe(false);
  });

  it('is kept in one form', () => expect(tidyName('  Ｎｏｔｅｓ \u00a0 two ')).toBe('Notes two'));
});
