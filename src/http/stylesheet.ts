import type { RequestHandler, Response } from 'express';
import { readFileSync } from 'node:fs';

/** Pages name an asset by a version that changes with its content. */
export function keepForAYear(res: Response): void {
  res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
}

/** The stylesheet without what only its authors read: comments, and spaces at the beginning of a line. */
export function stylesheet(file: string): RequestHandler {
  const text = readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\n\s+/g, '\n');
  return (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    keepForAYear(res);
    res.type('css').send(text);
  };
}
