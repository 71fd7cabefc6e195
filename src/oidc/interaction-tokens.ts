import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Provider } from 'oidc-provider';
import { Cookies } from '../http/cookies.js';
import { MINUTE } from '../kernel/clock.js';
import { randomToken, sha256 } from '../kernel/secrets.js';
import { DEVICE_PATH } from './devices/device-requests.js';

const COOKIE = 'attempt';

/**
 * Ties what was proven in an interaction to the browser that proved it. Whoever plants the interaction's cookies in
 * somebody's browser knows them too, and would share that person's progress (session fixation); this token is made at the
 * first proof, and the one who proved it is the only one to receive it.
 */
@Injectable()
export class InteractionTokens {
  constructor(
    private readonly cookies: Cookies,
    private readonly provider: Provider,
  ) {}

  /** @returns the fingerprint under which the attempt is kept */
  issue(res: Response, uid: string): string {
    const token = randomToken(16);
    // One for our pages, one for each way back through the provider.
    for (const path of [`/interaction/${uid}`, `/oidc/auth/${uid}`, `${DEVICE_PATH}/${uid}`])
      this.cookies.writePage(res, COOKIE, token, path, 60 * MINUTE);
    return sha256(token);
  }

  /** The fingerprint of the token this browser has for the page it asks for; '' when it has none. */
  fingerprint(req: Request): string {
    const token = this.cookies.readPage(req, COOKIE);
    return token ? sha256(token) : '';
  }

  /**
   * Whether a request for the way back comes from the browser that signed in. It is decided by the cookie that the library
   * goes by, not by the path: the library's own paths have many spellings.
   */
  async mayResume(req: Request): Promise<boolean> {
    const uid = this.cookies.readPage(req, 'resume');
    if (!uid || req.path === '/oidc/auth') return true;
    const interaction = await this.provider.Interaction.find(uid);
    const result = interaction?.result as { login?: unknown; provenBy?: string } | undefined;
    if (!result?.login) return true;
    return result.provenBy !== undefined && result.provenBy === this.fingerprint(req);
  }
}
