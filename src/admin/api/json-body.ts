import { json, type Request } from 'express';
import { Problem } from '../../kernel/problem.js';

export const BODY_LIMIT = 64 * 1024;
const DEEPEST = 10;

const parse = json({ limit: BODY_LIMIT, strict: true, inflate: false, type: () => true });

/**
 * The body, as JSON and nothing else. It is read only when it is known who sends it.
 * @throws Problem
 */
export async function readJson(req: Request): Promise<unknown> {
  if (!req.is('application/json')) throw new Problem('not-json', 'send Content-Type: application/json');
  // What another parser has read already is no JSON, whatever its header says.
  delete (req as { body?: unknown }).body;
  await new Promise<void>((resolve, reject) =>
    parse(req, req.res!, (error?: unknown) => (error === undefined ? resolve() : reject(problemOf(error)))),
  );
  const reason = unusable(req.body, 0);
  if (reason) throw new Problem('bad-request', reason);
  return req.body;
}

function problemOf(error: unknown): Problem {
  const status = (error as { status?: unknown }).status;
  if (status === 413) return new Problem('too-large', `the body may have ${BODY_LIMIT} bytes`);
  if (status === 415) return new Problem('not-json', 'send the body as UTF-8, and not compressed');
  return new Problem('bad-request', 'the body is not JSON');
}

/** What no field can have, wherever it stands: databases cannot keep it, or programs trip over it. */
function unusable(value: unknown, depth: number): string | undefined {
  if (depth > DEEPEST) return 'the body is nested too deeply';
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed()
      ? 'a text in the body has a character that cannot be kept'
      : undefined;
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'a number in the body is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, each] of Object.entries(value)) {
    if (!Array.isArray(value) && name in Object.prototype)
      return 'the body has a name that no field can have';
    const reason = unusable(name, depth) ?? unusable(each, depth + 1);
    if (reason) return reason;
  }
  return undefined;
}
