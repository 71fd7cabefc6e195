import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { constantTimeEqual, randomToken, Secrets } from '../kernel/secrets.js';
import { staleForm } from '../kernel/errors.js';
import { Cookies } from './cookies.js';
import { isForPrograms } from './problem.js';

declare module 'express' {
  interface Request {
    /** A random identifier of this browser; it proves nothing about the person. */
    browserId?: string;
  }
}

const SHAPE = /^[A-Za-z0-9_-]{22}$/;
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Gives each browser a long-lived random identifier. Forms carry a token made from it (the double-submit pattern, signed).
 */
@Injectable()
export class BrowserIds {
  constructor(
    private readonly cookies: Cookies,
    private readonly secrets: Secrets,
  ) {}

  readonly middleware = (req: Request, _res: Response, next: NextFunction): void => {
    const sent = this.cookies.read(req, 'browser');
    if (sent && SHAPE.test(sent)) req.browserId = sent;
    next();
  };

  /** The token for a form on a page; a browser that has no identifier yet gets one with it. */
  formToken(req: Request, res: Response): string {
    if (!req.browserId) {
      req.browserId = randomToken(16);
      this.cookies.write(res, 'browser', req.browserId);
    }
    return this.tokenOf(req.browserId);
  }

  /**
   * Every unsafe request of the pages carries the token of its browser; a request from elsewhere cannot know it. The API knows no
   * cookie, so nothing of a browser's can be misused there.
   */
  readonly checkFormToken = (req: Request, _res: Response, next: NextFunction): void => {
    if (!UNSAFE.has(req.method) || isForPrograms(req)) return next();
    const body = (req.body ?? {}) as Record<string, unknown>;
    const token = body['_csrf'];
    delete body['_csrf'];
    const genuine =
      req.browserId && typeof token === 'string' && constantTimeEqual(token, this.tokenOf(req.browserId));
    next(genuine ? undefined : staleForm());
  };

  private tokenOf(browserId: string): string {
    return this.secrets.mac('form-token', browserId).toString('base64url');
  }
}
