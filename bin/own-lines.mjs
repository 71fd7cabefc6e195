// What of a source map is about our own sources. Node reads every map that lies beside a file it loads, so one with the
// lines of all libraries would cost each start a tenth and 8 MB; a frame inside of a library is named by its function.
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * @param map as esbuild writes it: version 3
 * @param isOwn whether the lines of a source are kept
 * @returns the map without the others' lines: what is theirs is said to be nobody's, not the neighbour's
 */
export function ownLines(map, isOwn) {
  const sources = map.sources.filter(isOwn);
  const places = new Map(map.sources.map((source, index) => [index, sources.indexOf(source)]));
  // Of the file that was read, and of the one that is written: each number is told as the difference to the one before.
  const [from, to] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  const lines = map.mappings.split(';').map((line) => {
    let [readColumn, writtenColumn] = [0, 0];
    let isOpen = false;
    const kept = [];
    for (const [column, ...rest] of line.split(',').filter(Boolean).map(decoded)) {
      readColumn += column;
      for (const [index, difference] of rest.slice(0, 3).entries()) from[index] += difference;
      const source = rest.length > 0 ? places.get(from[0]) : -1;
      if (source < 0 && !isOpen) continue;
      const numbers = [readColumn - writtenColumn];
      writtenColumn = readColumn;
      isOpen = source >= 0;
      if (isOpen) {
        const now = [source, from[1], from[2]];
        numbers.push(...now.map((value, index) => value - to[index]));
        to.splice(0, 3, ...now);
      }
      kept.push(numbers.map(encoded).join(''));
    }
    return kept.join(',');
  });
  return { version: 3, sources, names: [], mappings: lines.join(';').replace(/;+$/, '') };
}

/** Base 64 with five bits of the number in each digit, lowest first; the first bit of all is the sign. */
function decoded(segment) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

function encoded(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
