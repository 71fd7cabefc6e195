import {
  Catch,
  HttpException,
  Injectable,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { isDatabaseAway } from '../database/failures.js';
import {
  badRequest,
  crossOrigin,
  databaseAway,
  internal,
  notFound,
  PageError,
  SeeOther,
  tooLarge,
} from '../kernel/errors.js';
import { Problem } from '../kernel/problem.js';
import { Pages } from './pages.js';
import { asProblem, isForPrograms, sendProblem } from './problem.js';
import { requestId } from './request-id.js';
import { routeName } from './route-name.js';

/** The one place where an error becomes an answer: the person gets a plain page, a program a problem document, the operator the cause in the log. */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<Request>(), http.getResponse<Response>());
  }

  answer(thrown: unknown, req: Request, res: Response): void {
    if (thrown instanceof SeeOther) return this.pages.redirect(res, thrown.path);
    if (thrown instanceof Problem) return sendProblem(res, thrown);
    const error = asPageError(thrown);
    const reference = error.status >= 500 ? requestId(req) : undefined;
    this.log(error, req, reference);
    if (res.headersSent) {
      res.end();
      return;
    }
    if (isForPrograms(req)) return sendProblem(res, asProblem(error), reference);
    if (error.options.retryAfterSeconds)
      res.setHeader('Retry-After', String(error.options.retryAfterSeconds));
    this.page(req, res, error, reference);
  }

  page(req: Request, res: Response, error: PageError, reference?: string): void {
    const params = error.options.params ?? {};
    this.pages.show(
      req,
      res,
      'http/error',
      {
        status: error.status,
        heading: this.pages.text(req, { key: `error.${error.code}.heading`, params }),
        message: this.pages.text(req, { key: `error.${error.code}.message`, params }),
        reference,
        retryUrl: this.retryUrl(req, error),
        homeUrl: `${this.config.basePath}/`,
        // A form that was refused must not be offered as the place to return to.
        self: req.method === 'GET' ? req.url : '/',
      },
      error.status,
    );
  }

  private retryUrl(req: Request, { status, options }: PageError): string | undefined {
    const path = options.retryPath ?? (status >= 500 && req.method === 'GET' ? req.url : undefined);
    return path && this.config.basePath + path;
  }

  private log(error: PageError, req: Request, reference?: string): void {
    const { cause } = error.options;
    const what = `${error.code} ${reference ?? ''} ${req.method} ${routeName(req)}`;
    if (error.status < 500) {
      if (error.status !== 404) this.logger.debug(what);
    } else if (cause === undefined) {
      // Nothing is broken: there is more to do than can be done at once.
      this.logger.warn(what);
    } else {
      this.logger.error(
        `${what}: ${cause instanceof Error ? (cause.stack ?? cause.message) : JSON.stringify(cause)}`,
      );
    }
  }
}

function asPageError(thrown: unknown): PageError {
  if (thrown instanceof PageError) return thrown;
  if (isDatabaseAway(thrown)) return databaseAway(thrown);
  // body-parser's errors carry a status of their own.
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { status?: unknown })?.status;
  if (status === 404) return notFound();
  if (status === 403) return crossOrigin((thrown as Error).message);
  if (status === 413) return tooLarge();
  if (typeof status === 'number' && status >= 400 && status < 500) return badRequest(thrown);
  return internal(thrown);
}
