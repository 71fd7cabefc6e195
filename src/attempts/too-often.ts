import type { Response } from 'express';
import type { MessageRef } from '../http/form.js';

/** Tells a program when to come back, and gives the words for the person. The status (429) is the page's. */
export function tooOften(
  res: Response,
  { retryAfterSeconds }: { readonly retryAfterSeconds: number },
): MessageRef {
  res.setHeader('Retry-After', String(retryAfterSeconds));
  return { key: 'form.throttled', params: { minutes: Math.ceil(retryAfterSeconds / 60) } };
}
