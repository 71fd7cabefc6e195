import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Form, shownAgain, type FieldErrors, type MessageRef, type Submitted } from '../http/form.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import type { Account } from '../users/account.entity.js';
import { Avatars } from '../users/avatars.service.js';
import { ProfileForm, Profiles, TIME_ZONES } from '../users/profile.service.js';
import { AccountPages } from './account-pages.js';
import { PICTURE_REFUSALS } from '../users/picture.js';

/** How one is called, one's time zone and picture. The address and the password have pages of their own. */
@Controller('dashboard/profile')
export class ProfileController {
  constructor(
    private readonly config: Config,
    private readonly profiles: Profiles,
    private readonly avatars: Avatars,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.show(req, res, {});
  }

  @SignedIn()
  @Post()
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Form(ProfileForm) submitted: Submitted<ProfileForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, submitted);
    const { account } = req.person!;
    const { form } = submitted;
    const outcome = await this.profiles.change(account, form);
    if (outcome === 'username-taken') {
      return this.show(req, res, {
        values: shownAgain(form),
        errors: { username: 'form.username-taken' },
      });
    }
    if (outcome === 'changed') {
      // By this an operator finds the person behind a name that is no longer theirs.
      const detail = account.username === form.username ? {} : { usernameBefore: account.username };
      await this.audit.record('profile.changed', { accountId: account.id, detail }, req);
    }
    this.pages.done(res, '/profile', 'profile-changed');
  }

  @SignedIn()
  @Post('picture')
  async setPicture(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    if (req.uploadProblem) return this.refusePicture(req, res, PICTURE_REFUSALS[req.uploadProblem]);
    // A form that is sent without choosing a file has an empty one.
    if (!req.file || req.file.size === 0) return this.refusePicture(req, res, 'form.picture');
    const outcome = await this.avatars.replace(account.id, req.file.buffer);
    if (outcome !== 'drawn') return this.refusePicture(req, res, PICTURE_REFUSALS[outcome]);
    await this.audit.record('avatar.changed', { accountId: account.id }, req);
    this.pages.done(res, '/profile', 'picture-changed');
  }

  @SignedIn()
  @Post('picture/remove')
  async removePicture(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    if (await this.avatars.remove(account.id))
      await this.audit.record('avatar.removed', { accountId: account.id }, req);
    this.pages.done(res, '/profile', 'picture-removed');
  }

  private refusePicture(req: Request, res: Response, why: MessageRef): Promise<void> {
    return this.show(req, res, { errors: { picture: why } });
  }

  private async show(
    req: Request,
    res: Response,
    data: {
      values?: Record<string, string>;
      errors?: FieldErrors;
    },
  ): Promise<void> {
    const { account } = req.person!;
    const picture = await this.avatars.path(account.id);
    const values = data.values ?? currentValues(account);
    await this.pages.show(req, res, 'profile', {
      ...(data.errors ? { errors: data.errors } : {}),
      values,
      zones: TIME_ZONES.map((name) => ({ name, selected: name === values['timeZone'] })),
      suggestZone: !data.values && account.timeZone === null,
      action: this.pages.url('/profile'),
      detailsUrl: this.pages.url('/details'),
      pictureUrl: picture && this.config.basePath + picture,
      pictureAction: this.pages.url('/profile/picture'),
      removePictureAction: this.pages.url('/profile/picture/remove'),
      // Of these addresses only this one can be opened.
      self: '/dashboard/profile',
    });
  }
}

function currentValues({ username, displayName, timeZone }: Account): Record<string, string> {
  return { username, displayName: displayName ?? '', timeZone: timeZone ?? '' };
}
