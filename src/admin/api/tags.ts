import type { Request } from 'express';
import { Problem } from '../../kernel/problem.js';
import { sha256 } from '../../kernel/secrets.js';

/** A strong ETag (RFC 9110, section 8.8.3): it changes with anything that is shown. */
export function tagOf(shown: unknown): string {
  return `"${sha256(JSON.stringify(shown)).slice(0, 22)}"`;
}

/**
 * Whether what is there is what whoever asks has seen (If-Match), or has to be new (If-None-Match: *).
 * @param shown undefined: there is none
 * @throws Problem
 */
export function assertMatches(req: Request, shown: unknown): void {
  const [match, noneMatch] = [req.get('if-match'), req.get('if-none-match')];
  if (noneMatch?.trim() === '*' && shown !== undefined)
    throw new Problem('changed-meanwhile', 'there is one already');
  if (match === undefined) return;
  const tags = match.split(',').map((each) => each.trim());
  const holds = shown !== undefined && (tags.includes('*') || tags.includes(tagOf(shown)));
  if (!holds) throw new Problem('changed-meanwhile');
}
