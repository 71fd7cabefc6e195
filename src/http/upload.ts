import type { Request, RequestHandler } from 'express';
import multer, { MulterError, memoryStorage } from 'multer';
import { busy, tooLarge } from '../kernel/errors.js';

declare module 'express' {
  interface Request {
    /** Why a file that was sent is not there. */
    uploadProblem?: 'too-large' | 'too-many' | undefined;
  }
}

/** Where the only forms with a file in them are sent. */
const UPLOAD_PATHS = /^\/(dashboard\/profile\/picture|admin\/branding\/logo|admin\/clients\/[^/]+\/logo)$/;
/** The name of their field. */
export const UPLOAD_FIELD = 'picture';

/** Bytes of a file. */
export const UPLOAD_LIMIT = 5 * 1024 * 1024;
/** Up to here a body is read to its end, so that its sender gets to see the answer; beyond, nothing of it is read. */
const HOPELESS = 5 * UPLOAD_LIMIT;
/** Bodies in memory at once, whoever sends them: it is not known yet whether the sender is signed in. */
const AT_ONCE = 8;

/**
 * Reads a form with one file into memory, for these paths alone: it stands before the check of the form token, which comes
 * inside of the form. A file that is refused leaves the rest of the form as it is, and the page can say why.
 */
export function readUpload(): RequestHandler {
  const read = multer({
    storage: memoryStorage(),
    limits: { fileSize: UPLOAD_LIMIT, files: 1, fields: 4, fieldNameSize: 40, fieldSize: 1000, parts: 6 },
  }).single(UPLOAD_FIELD);
  let running = 0;

  return (req, res, next) => {
    if (req.method !== 'POST' || !UPLOAD_PATHS.test(req.path) || !req.is('multipart/form-data'))
      return next();
    if (Number(req.headers['content-length'] ?? 0) > HOPELESS) return next(tooLarge());
    if (running >= AT_ONCE) return next(busy());
    running++;
    read(req, res, (error: unknown) => {
      running--;
      next(error === undefined ? undefined : answerTo(error, req));
    });
  };
}

/** A form that cannot be read at all is a bad request; what a person may have done by mistake is theirs to be told. */
function answerTo(error: unknown, req: Request): unknown {
  if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') req.uploadProblem = 'too-large';
  else if (error instanceof MulterError) req.uploadProblem = 'too-many';
  else return Object.assign(new Error('an unreadable form', { cause: error }), { status: 400 });
  return undefined;
}
