import { MINUTE, SECOND } from '../../kernel/clock.js';
import { error, fine, type Finding } from './findings.js';

/** How much another clock is ahead of this machine's. */
export interface Time {
  readonly whose: string;
  readonly ahead: number;
}

/** Codes of authenticators are accepted for one step of 30 seconds to either side. */
const TOLERANCE = 30 * SECOND;

export function clockFindings(times: readonly Time[]): Finding[] {
  if (times.length === 0) return [fine('clock', 'there was no other clock to compare this one with')];
  const off = times.filter(({ ahead }) => Math.abs(ahead) > TOLERANCE);
  if (off.length > 0)
    return off.map(({ whose, ahead }) =>
      error(
        'clock',
        'clock-off',
        `this machine's clock is ${inWords(Math.abs(ahead))} ${ahead < 0 ? 'ahead of' : 'behind'} that of ${whose}`,
        'set the clocks by NTP (timedatectl set-ntp true): codes of authenticators and signed requests are refused',
      ),
    );
  return [fine('clock', `it agrees with that of ${times.map(({ whose }) => whose).join(', ')}`)];
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / SECOND);
  const perMinute = MINUTE / SECOND;
  return seconds < perMinute
    ? `${seconds} s`
    : `${Math.floor(seconds / perMinute)} min ${seconds % perMinute} s`;
}
