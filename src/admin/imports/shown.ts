/** What a stranger's file says, for an operator's terminal. */
export function shown(text: string, most = 100): string {
  return text.slice(0, most).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
