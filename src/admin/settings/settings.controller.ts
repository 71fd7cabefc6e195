import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isChangeable, type Changeable } from '../../config/changeable.js';
import { SETTINGS } from '../../config/settings.js';
import { Form, type MessageRef, type Submitted } from '../../http/form.js';
import { IsString, MaxLength } from '../../http/rules.js';
import { notFound } from '../../kernel/errors.js';
import { RuntimeSettings, type KnownSetting } from '../../settings/runtime-settings.service.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { settingInWords } from './setting-words.js';
import { SettingChanges } from './setting-changes.js';

class SettingForm {
  @MaxLength(1000, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  value!: string;
}

/** The settings that are safe to change while servers run. What the environment gives is shown, and changed there. */
@Controller('admin/settings')
export class SettingsController {
  constructor(
    private readonly settings: RuntimeSettings,
    private readonly changes: SettingChanges,
    private readonly console: ConsolePages,
  ) {}

  @Operator('at-all')
  @Get()
  list(@Req() req: Request, @Res() res: Response): void {
    const settings = this.settings.list().map((setting) => ({
      ...this.shown(req, setting),
      changeUrl: setting.from === 'environment' ? undefined : this.console.url(`/settings/${setting.name}`),
    }));
    this.console.show(req, res, 'settings/list', { settings });
  }

  @Operator()
  @Get(':name')
  ask(@Req() req: Request, @Res() res: Response, @Param('name') name: string): void {
    this.form(req, res, this.changeable(name));
  }

  @Operator()
  @Post(':name')
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Param('name') name: string,
    @Form(SettingForm) submitted: Submitted<SettingForm>,
  ): Promise<void> {
    const setting = this.changeable(name);
    const typed = submitted.valid ? submitted.form.value : '';
    const mistake = submitted.valid ? await this.changes.change(setting, typed, actorOf(req)) : undefined;
    const error = submitted.valid ? mistake && this.console.mistake(req, mistake) : 'form.unusable';
    if (error !== undefined)
      return this.form(req, res, setting, { values: { value: typed }, errors: { value: error } });
    this.console.done(res, '/settings', 'setting-changed');
  }

  private changeable(name: string): Changeable {
    if (!isChangeable(name)) throw notFound();
    return name;
  }

  private form(req: Request, res: Response, name: Changeable, data: object = {}): void {
    const setting = this.settings.one(name);
    const shown = this.shown(req, setting);
    const parse = SETTINGS[name].parse as { readonly choices?: readonly string[] };
    this.console.show(req, res, 'settings/edit', {
      ...shown,
      choices: parse.choices?.map((choice) => ({
        choice,
        words: this.inWords(req, name, choice),
        selected: choice === setting.value,
      })),
      values: { value: setting.value ?? '' },
      action: this.console.url(`/settings/${name}`),
      listUrl: this.console.url('/settings'),
      ...data,
    });
  }

  private shown(req: Request, { name, value, initial, from }: KnownSetting) {
    return {
      name,
      label: this.console.text(req, `admin.settings.${name}.label`),
      hint: this.console.text(req, `admin.settings.${name}.hint`),
      words: value === undefined ? undefined : this.inWords(req, name, value),
      isGiven: from === 'environment',
      isChanged: from === 'operators',
      initialWords: initial === undefined ? undefined : this.inWords(req, name, initial),
    };
  }

  private inWords(req: Request, name: Changeable, value: string): string {
    const text = (message: MessageRef) => this.console.text(req, message);
    return settingInWords(name, value, { lang: this.console.languageOf(req), text });
  }
}
