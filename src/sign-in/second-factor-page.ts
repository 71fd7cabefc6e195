import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { FieldErrors } from '../http/form.js';
import { DAY } from '../kernel/clock.js';
import { RememberedDevices } from '../mfa/remembered-devices.js';
import { StepPages } from './step-page.js';

export type SecondFactorPage = 'totp' | 'backup-code' | 'security-key' | 'recovery';

/** What the pages for the second factor have in common: the ways from one to the other, and the offer to remember this browser. */
@Injectable()
export class SecondFactorPages {
  constructor(
    private readonly pages: StepPages,
    private readonly devices: RememberedDevices,
  ) {}

  show(
    req: Request,
    res: Response,
    page: SecondFactorPage,
    data: Record<string, unknown> = {},
    errors?: FieldErrors,
    status?: number,
  ): void {
    const { step, interaction } = req.signIn!;
    const offer = step.kind === 'second-factor' ? step.offer : [];
    const url = (other: SecondFactorPage, offered: boolean) =>
      offered && other !== page ? this.pages.url(req, other) : undefined;
    this.pages.show(
      req,
      res,
      `sign-in/${page}`,
      {
        action: this.pages.url(req, page),
        totpUrl: url('totp', offer.includes('totp')),
        securityKeyUrl: url('security-key', offer.includes('passkey')),
        backupCodeUrl: url('backup-code', offer.includes('backup-code')),
        recoveryUrl: url('recovery', true),
        rememberDays:
          interaction.rememberedDevices && this.devices.lifetime > 0
            ? Math.round(this.devices.lifetime / DAY)
            : undefined,
        ...data,
        ...(errors ? { errors } : {}),
      },
      status,
    );
  }
}
