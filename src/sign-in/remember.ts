import { Injectable } from '@nestjs/common';
import { IsIn, IsOptional } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { CodeForm, CredentialForm } from '../mfa/forms.js';
import { RememberedDevices } from '../mfa/remembered-devices.js';

/** A second factor, and whether this browser shall be remembered. */
export class RememberableCodeForm extends CodeForm {
  @IsIn(['yes'], { message: 'form.unusable' })
  @IsOptional()
  remember?: 'yes';
}

export class RememberableCredentialForm extends CredentialForm {
  @IsIn(['yes'], { message: 'form.unusable' })
  @IsOptional()
  remember?: 'yes';
}

/** Remembers the browser in which a second factor was just proven, if that is wanted, and possible where one signs in. */
@Injectable()
export class Remembering {
  constructor(
    private readonly devices: RememberedDevices,
    private readonly audit: Audit,
  ) {}

  async remember(req: Request, res: Response, wanted: 'yes' | undefined): Promise<void> {
    const { account, interaction } = req.signIn!;
    if (!wanted || !interaction.rememberedDevices) return;
    if (!(await this.devices.remember(req, res, account!))) return;
    await this.audit.record('device.remembered', { accountId: account!.id }, req);
  }
}
