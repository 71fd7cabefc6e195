/** An IPv4 address without what a socket for both kinds of address writes before it. */
export function shownAddress(address: string | null | undefined): string | undefined {
  return address?.replace(/^::ffff:/i, '') || undefined;
}

/** Which picture stands beside a browser. It says what it likes of itself: this decides nothing else. */
export function deviceIcon(userAgent: string | null | undefined): 'phone' | 'computer' {
  return /Mobi|Android|iPhone|iPad/.test(userAgent ?? '') ? 'phone' : 'computer';
}
