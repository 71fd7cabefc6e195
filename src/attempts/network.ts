import { isIPv6 } from 'node:net';
import { plainAddress } from '../kernel/address.js';

/** The addresses that one customer has: an IPv4 address, also where it is written as an IPv6 one, or a /64 of IPv6. */
export function networkOf(address: string): string {
  const bare = (plainAddress(address) ?? '').replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const [head = '', tail = ''] = bare.split('::');
  const groups = (part: string) => part.split(':').filter(Boolean);
  const missing = bare.includes('::') ? 8 - groups(head).length - groups(tail).length : 0;
  const all = [...groups(head), ...Array<string>(Math.max(0, missing)).fill('0'), ...groups(tail)];
  return all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
