import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** What of IPv4 is not the public internet (IANA's special-purpose registry, RFC 6890), and what clouds keep behind it. */
const INTERNAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Link-local: 169.254.169.254 gives a cloud machine its credentials.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Multicast, reserved, broadcast.
  '224.0.0.0/3',
  // Azure's own metadata address is a public one.
  '168.63.129.16/32',
];

/** Inside of what is given out as global (2000::/3): protocol assignments with Teredo, documentation, 6to4. */
const INTERNAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const internalV4 = new BlockList();
for (const [net, prefix] of INTERNAL_V4.map((each) => each.split('/')))
  internalV4.addSubnet(net!, Number(prefix), 'ipv4');

const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');
const internalV6 = new BlockList();
for (const [net, prefix] of INTERNAL_V6.map((each) => each.split('/')))
  internalV6.addSubnet(net!, Number(prefix), 'ipv6');

/** NAT64 (RFC 6052): the IPv4 address in it is the one that is reached. */
const translated = new BlockList();
translated.addSubnet('64:ff9b::', 96, 'ipv6');

/**
 * Whether an IP address is one of the public internet. What is not known to be public is not.
 * IPv4-mapped addresses (::ffff:0:0/96) stand outside of 2000::/3: a public one has no need of that form.
 * @param address as a resolver or a URL's host gives it, without brackets
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !internalV4.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  if (translated.check(address, 'ipv6')) return isPublicAddress(lastFourBytes(address));
  return globalV6.check(address, 'ipv6') && !internalV6.check(address, 'ipv6');
}

function lastFourBytes(address: string): string {
  // The URL parser writes every form of an IPv6 address in one way, without a dotted tail.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::').at(-1)!.split(':');
  const [high = '0', low = '0'] = groups.length > 1 ? groups.slice(-2) : ['0', groups[0] || '0'];
  const bytes = [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  return bytes.join('.');
}
