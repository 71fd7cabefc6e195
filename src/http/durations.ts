import { DAY, HOUR, MINUTE, SECOND } from '../kernel/clock.js';

const UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
] as const;

/** "3 days", "1 Stunde, 30 Minuten". @param milliseconds whole seconds, at least one */
export function durationInWords(milliseconds: number, lang: string): string {
  let left = milliseconds;
  const parts = UNITS.flatMap(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0
      ? []
      : [new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(count)];
  });
  return new Intl.ListFormat(lang, { type: 'unit', style: 'long' }).format(parts);
}
