import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DAY } from '../kernel/clock.js';

/** How every cookie of this server is named and set, the provider's among them. */
@Injectable()
export class Cookies {
  constructor(private readonly config: Config) {}

  /**
   * `__Host-` (https at the root of a host) ties a cookie to exactly this host: no subdomain can plant it.
   * Under a sub-path only `__Secure-` is possible with a Path of our own.
   */
  name(base: string, scope: 'site' | 'page' = 'site'): string {
    if (!this.config.isHttps) return `gatehouse_${base}`;
    return `${this.config.basePath === '' && scope === 'site' ? '__Host' : '__Secure'}-gatehouse_${base}`;
  }

  get path(): string {
    return this.config.basePath || '/';
  }

  read(req: Request, base: string): string | undefined {
    return parseCookie(req.headers.cookie ?? '')[this.name(base)];
  }

  write(res: Response, base: string, value: string, maxAge = 365 * DAY): void {
    res.cookie(this.name(base), value, { ...this.attributes(), maxAge });
  }

  /** A cookie for one page and what lies below it. */
  writePage(res: Response, base: string, value: string, path: string, maxAge: number): void {
    res.cookie(this.name(base, 'page'), value, {
      ...this.attributes(),
      path: this.config.basePath + path,
      maxAge,
    });
  }

  readPage(req: Request, base: string): string | undefined {
    return parseCookie(req.headers.cookie ?? '')[this.name(base, 'page')];
  }

  clear(res: Response, base: string): void {
    res.clearCookie(this.name(base), this.attributes());
  }

  private attributes(): CookieOptions {
    return { httpOnly: true, sameSite: 'lax', secure: this.config.isHttps, path: this.path };
  }
}
