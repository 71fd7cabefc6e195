/** Which picture stands beside a browser. It says what it likes of itself: this decides nothing else. */
export function deviceIcon(userAgent: string | null | undefined): 'phone' | 'computer' {
  return /Mobi|Android|iPhone|iPad/.test(userAgent ?? '') ? 'phone' : 'computer';
}
