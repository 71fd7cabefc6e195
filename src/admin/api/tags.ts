import type { Request } from 'express';
import { Problem } from '../../kernel/problem.js';
import { sha256 } from '../../kernel/secrets.js';

/** A strong ETag (RFC 9110, section 8.8.3): it changes with anything that is shown. */
export function tagOf(shown: unknown): string {
  return `"${sha256(JSON.stringify(shown)).slice(0, 22)}"`;
}

/**
 * Whether what is there is what whoever asks has seen (If-Match), or has to be new (If-None-Match: *). Between this and a change
 * somebody else may change it: stillMatches.
 * @param shown undefined: there is none
 * @throws Problem
 */
export function assertMatches(req: Request, shown: unknown): void {
  const [match, noneMatch] = [req.get('if-match'), req.get('if-none-match')];
  if (noneMatch?.trim() === '*' && shown !== undefined)
    throw new Problem('changed-meanwhile', 'there is one already');
  if (match !== undefined && !holds(match, shown)) throw new Problem('changed-meanwhile');
}

/**
 * The same question for where the change is made: asked again when nobody else can change it any more, it lets one of any
 * number of parallel changes through.
 * @param shownOf what an answer shows of it
 * @returns undefined: nobody has asked
 */
export function stillMatches<T>(
  req: Request,
  shownOf: (now: T) => unknown,
): ((now: T | undefined) => boolean) | undefined {
  const match = req.get('if-match');
  if (match === undefined) return undefined;
  return (now) => holds(match, now === undefined ? undefined : shownOf(now));
}

/** Whether only what was seen is to be changed: `*` says no more than that it is there. */
export function isOfWhatWasSeen(req: Request): boolean {
  const match = req.get('if-match');
  return match !== undefined && !tagsIn(match).includes('*');
}

function holds(match: string, shown: unknown): boolean {
  const tags = tagsIn(match);
  return shown !== undefined && (tags.includes('*') || tags.includes(tagOf(shown)));
}

function tagsIn(match: string): string[] {
  return match.split(',').map((each) => each.trim());
}
