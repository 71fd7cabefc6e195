import { describe, expect, it } from '@jest/globals';
import { accentStylesheet, contrast, rgbOf } from './accent.js';

const COLORS = [
  '000000',
  'ffffff',
  '5b2a86',
  'ff0000',
  'ffff00',
  '0b6a4c',
  '808080',
  '00ffff',
  '123456',
  'fedcba',
];

function values(sheet: string, name: string): [number, number, number][] {
  return [...sheet.matchAll(new RegExp(`--${name}: rgb\\((\\d+) (\\d+) (\\d+)\\)`, 'g'))].map(
    ([, ...rgb]) => rgb.map(Number) as [number, number, number],
  );
}

describe('the colour of the pages', () => {
  it.each(COLORS)(
    '%s can be read, in light and in dark, on the ground, on its wash and under its text',
    (color) => {
      const sheet = accentStylesheet(color)!;
      const accents = values(sheet, 'accent');
      const grounds = ['e9eeeb', '17201c'].map(rgbOf);
      expect(accents).toHaveLength(2);
      for (const [index, accent] of accents.entries()) {
        expect(contrast(accent, grounds[index]!)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(accent, values(sheet, 'wash')[index]!)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(accent, values(sheet, 'on-accent')[index]!)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('is left as it was chosen where it can be read', () => {
    expect(values(accentStylesheet('5b2a86')!, 'accent')[0]).toEqual([91, 42, 134]);
  });

  it('is nothing but a colour', () => {
    for (const other of ['', '5b2a8', '5b2a866', '5B2A86', 'red', '5b2a86;', '5b2a8g', '{}', '../../x'])
      expect(accentStylesheet(other)).toBeUndefined();
  });
});
