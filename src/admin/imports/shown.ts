/** What a stranger's file says, for an operator's terminal. */
export function shown(text: string): string {
  return text.slice(0, 100).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
