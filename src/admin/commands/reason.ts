/** How a command is told why: as its page asks for it, it stands in the audit log. */
export const REASON = '--reason=…';
/** As long as on the page. */
const LONGEST = 300;

export type Reasoned =
  { readonly words: string[]; readonly reason: string | undefined } | { readonly mistake: string };

/** A command's words without the reason, wherever it stands among them. */
export function reasoned(args: readonly string[]): Reasoned {
  const isReason = (word: string) => word === '--reason' || word.startsWith('--reason=');
  const [given, ...more] = args.filter(isReason);
  const words = args.filter((word) => !isReason(word));
  if (given === undefined) return { words, reason: undefined };
  const reason = given.slice('--reason='.length).trim();
  if (more.length > 0) return { mistake: 'say why once' };
  if (reason === '') return { mistake: 'say why: --reason="called, and answered the questions"' };
  if ([...reason].length > LONGEST) return { mistake: `a reason has at most ${LONGEST} characters` };
  if (/\p{Cc}/u.test(reason)) return { mistake: 'a reason is one line' };
  return { words, reason };
}
