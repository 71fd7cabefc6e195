/**
 * An address as people write it. A socket for both kinds of addresses gives an IPv4 one in the form of IPv6 (RFC 4291, section
 * 2.5.5.2); kept so, nobody would find it by what they know.
 */
export function plainAddress(address: string | null | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=[\d.]+$)/i, '') || undefined;
}
