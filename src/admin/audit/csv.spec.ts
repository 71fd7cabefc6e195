import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it.each([
    [['a', 1, null], '"a","1",""'],
    [['say "hi", now', 'two\r\nlines'], '"say ""hi"", now","two\r\nlines"'],
    [['=1+1', '+1', '-1', '@SUM(A1)'], `"'=1+1","'+1","'-1","'@SUM(A1)"`],
    [['\t=1+1', '\r=1', ' =1', '＝1'], `"'\t'=1+1","'\r'=1"," '=1","'＝1"`],
    [['harmless;=1+1', 'x,@A1'], `"harmless;'=1+1","x,'@A1"`],
    [
      ['a-b', 'x=1', 'ada+tag@example.org', '{"by":"shell"}'],
      '"a-b","x=1","ada+tag@example.org","{""by"":""shell""}"',
    ],
  ])('%j', (cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });
});
