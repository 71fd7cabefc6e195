import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public } from '../../http/access.js';
import { API_PATH } from '../../http/problem.js';
import { Problem } from '../../kernel/problem.js';
import { API_CONTROLLERS } from './controllers.js';
import { routesOf } from './openapi.js';

const DOCUMENT = { path: '/openapi.json', method: 'get' };

/**
 * What nobody before it has answered: an address of the API that knows other methods (RFC 9110, section 15.5.6), or none at all.
 * It says nothing that the document does not say, so it needs no token.
 */
@Controller('api/v1/*rest')
export class OtherMethodsController {
  private known: { readonly pattern: RegExp; readonly method: string }[] | undefined;

  @Public()
  @All()
  refuse(@Req() req: Request, @Res() res: Response): void {
    const methods = this.methodsAt(req.path.slice(API_PATH.length));
    if (methods.length === 0) throw new Problem('not-found');
    const allow = [...new Set(methods)].sort().join(', ');
    if (req.method !== 'OPTIONS')
      throw new Problem('method-not-allowed', `it knows ${allow}`, { headers: { Allow: allow } });
    res.setHeader('Allow', allow);
    res.status(204).end();
  }

  private methodsAt(path: string): string[] {
    this.known ??= [...routesOf(API_CONTROLLERS), DOCUMENT].map(({ path: template, method }) => ({
      // As the router reads addresses.
      pattern: new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
      method: method.toUpperCase(),
    }));
    return this.known
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  }
}
