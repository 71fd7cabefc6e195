import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { IsString } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type Submitted } from '../http/form.js';
import { RememberedDevices } from '../mfa/remembered-devices.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { deviceIcon } from './circumstances.js';

class DeviceForm {
  @IsString({ message: 'form.unusable' })
  id!: string;
}

/** The browsers in which the second factor is not asked for, and forgetting them. Their sessions go on. */
@Controller('dashboard/devices')
export class DevicesController {
  constructor(
    private readonly devices: RememberedDevices,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async page(@Req() req: Request, @Res() res: Response): Promise<void> {
    const devices = await this.devices.list(req.person!.account.id);
    await this.pages.show(req, res, 'devices', {
      devices: devices.map(({ userAgent, ...device }) => ({
        ...device,
        browser: this.pages.browser(req, userAgent),
        icon: deviceIcon(userAgent),
      })),
      several: devices.length > 1,
      offered: this.devices.lifetime > 0,
      forgetAction: this.pages.url('/devices/forget'),
      forgetAllAction: this.pages.url('/devices/forget-all'),
    });
  }

  @SignedIn()
  @Post('forget')
  async forget(
    @Req() req: Request,
    @Res() res: Response,
    @Form(DeviceForm) submitted: Submitted<DeviceForm>,
  ): Promise<void> {
    const { account } = req.person!;
    const forgotten = submitted.valid && (await this.devices.forget(account.id, submitted.form.id));
    if (!forgotten) return this.pages.done(res, '/devices', 'device-gone');
    await this.audit.record('device.forgotten', { accountId: account.id }, req);
    this.pages.done(res, '/devices', 'device-forgotten');
  }

  @SignedIn()
  @Post('forget-all')
  async forgetAll(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    await this.devices.forgetAll(account.id);
    await this.audit.record('device.forgotten', { accountId: account.id, detail: { all: true } }, req);
    this.pages.done(res, '/devices', 'devices-forgotten');
  }
}
