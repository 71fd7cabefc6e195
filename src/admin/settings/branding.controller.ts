import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { BadSetting, color as readColor } from '../../config/parsers.js';
import { Form, type MessageRef, type Submitted } from '../../http/form.js';
import type { PageData } from '../../http/pages.js';
import { IsOptional, IsString, MaxLength } from '../../http/rules.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { SettingChanges } from './setting-changes.js';
import { PICTURE_REFUSALS } from '../../users/picture.js';

class BrandingForm {
  @MaxLength(64, { message: 'admin.branding.name-length' })
  @IsString({ message: 'form.unusable' })
  name!: string;

  @MaxLength(20, { message: 'admin.branding.no-color' })
  @IsString({ message: 'form.unusable' })
  color!: string;

  /** Which button it was: the other one only shows. */
  @IsOptional()
  @IsString({ message: 'form.unusable' })
  save?: string;
}

/** What people see of whose service this is: the name, the sign and the colour. It is looked at before it is everybody's. */
@Controller('admin/branding')
export class BrandingController {
  constructor(
    private readonly config: Config,
    private readonly changes: SettingChanges,
    private readonly console: ConsolePages,
  ) {}

  @Operator()
  @Get()
  ask(@Req() req: Request, @Res() res: Response): void {
    this.show(req, res);
  }

  @Operator()
  @Post()
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Form(BrandingForm) submitted: Submitted<BrandingForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, { values: submitted.values, errors: submitted.errors });
    const { name, color, save } = submitted.form;
    const values = { name, color };
    const chosen = colorOf(color);
    if (chosen === null) return this.show(req, res, { values, errors: { color: 'admin.branding.no-color' } });
    if (save === undefined)
      return this.show(
        req,
        res,
        { values, color: chosen, preview: { name: name.trim() || 'Gatehouse' } },
        200,
      );
    const mistakes = await this.save(req, { GATEHOUSE_NAME: name, GATEHOUSE_COLOR: color });
    if (mistakes) return this.show(req, res, { values, errors: mistakes });
    this.console.done(res, '/branding', 'branding-changed');
  }

  @Operator()
  @Post('logo')
  async setLogo(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (req.uploadProblem) return this.refuseLogo(req, res, PICTURE_REFUSALS[req.uploadProblem]);
    if (!req.file || req.file.size === 0) return this.refuseLogo(req, res, 'form.picture');
    const outcome = await this.changes.setLogo(req.file.buffer, actorOf(req));
    if (outcome !== 'drawn') return this.refuseLogo(req, res, PICTURE_REFUSALS[outcome]);
    this.console.done(res, '/branding', 'branding-changed');
  }

  @Operator()
  @Post('logo/remove')
  async removeLogo(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.changes.removeLogo(actorOf(req));
    this.console.done(res, '/branding', 'branding-changed');
  }

  /** What the environment gives is left out: it stands. */
  private async save(
    req: Request,
    values: Record<'GATEHOUSE_NAME' | 'GATEHOUSE_COLOR', string>,
  ): Promise<Record<string, MessageRef> | undefined> {
    for (const [field, setting] of [
      ['name', 'GATEHOUSE_NAME'],
      ['color', 'GATEHOUSE_COLOR'],
    ] as const) {
      if (this.config.given.includes(setting)) continue;
      const mistake = await this.changes.change(setting, values[setting], actorOf(req));
      if (mistake !== undefined) return { [field]: this.console.mistake(req, mistake) };
    }
    return undefined;
  }

  private refuseLogo(req: Request, res: Response, why: MessageRef): void {
    this.show(req, res, { errors: { picture: why } });
  }

  private show(req: Request, res: Response, data: PageData = {}, status?: number): void {
    const { serviceName, color, logo, given } = this.config;
    this.console.show(
      req,
      res,
      'settings/branding',
      {
        values: { name: serviceName, color: color ? `#${color}` : '' },
        nameIsGiven: given.includes('GATEHOUSE_NAME'),
        colorIsGiven: given.includes('GATEHOUSE_COLOR'),
        logo,
        action: this.console.url('/branding'),
        logoAction: this.console.url('/branding/logo'),
        removeLogoAction: this.console.url('/branding/logo/remove'),
        self: '/admin/branding',
        ...data,
      },
      status,
    );
  }
}

/** @returns undefined: Gatehouse's own; null: that is no colour */
function colorOf(typed: string): string | undefined | null {
  if (typed.trim() === '') return undefined;
  try {
    return readColor(typed.trim());
  } catch (error) {
    if (error instanceof BadSetting) return null;
    throw error;
  }
}
