import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import type { FieldErrors } from '../http/form.js';
import { Passkeys } from '../mfa/passkeys.service.js';
import { Registration } from '../users/registration.service.js';
import { StepPages } from './step-page.js';

/** The page that asks who somebody is: by a password, or by a passkey. */
@Injectable()
export class IdentifyPages {
  constructor(
    private readonly config: Config,
    private readonly registration: Registration,
    private readonly passkeys: Passkeys,
    private readonly pages: StepPages,
  ) {}

  async show(
    req: Request,
    res: Response,
    username: string,
    errors?: FieldErrors,
    status?: number,
  ): Promise<void> {
    const data = {
      action: this.pages.url(req, 'password'),
      registerUrl: (await this.registration.isPossible(req)) ? this.pages.url(req, 'register') : undefined,
      forgotUrl: `${this.config.basePath}/forgot-password`,
      passkeys: true,
      passkeyAction: this.pages.url(req, 'passkey'),
      options: await this.passkeys.requestOptions(this.pages.ceremony(req)),
      values: { username },
      ...(errors ? { errors } : {}),
    };
    this.pages.show(req, res, 'sign-in/password', data, status);
  }
}
