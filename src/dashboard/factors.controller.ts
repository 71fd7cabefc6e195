import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { IsString, MaxLength } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { notFound } from '../kernel/errors.js';
import { Authenticators } from '../mfa/authenticators.service.js';
import { FactorNameForm } from '../mfa/forms.js';
import { Passkeys } from '../mfa/passkeys.service.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { FactorPages } from './factor-pages.js';
import { keepsAWayIn } from './second-factor-data.js';

class FactorForm {
  @MaxLength(22, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  id!: string;
}

class RenameForm extends FactorNameForm {
  @MaxLength(22, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  id!: string;
}

const KINDS = { authenticators: 'totp', passkeys: 'passkey' } as const;
type Kind = keyof typeof KINDS;

/** Renaming and removing one authenticator or passkey: one of the person's own, for others there is no page. */
@Controller('dashboard/second-factor/:kind')
export class FactorsController {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly passkeys: Passkeys,
    private readonly secondFactors: SecondFactors,
    private readonly factorPages: FactorPages,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn('recently')
  @Post('rename')
  async rename(
    @Req() req: Request,
    @Res() res: Response,
    @Param('kind') kind: string,
    @Form(RenameForm) submitted: Submitted<RenameForm>,
  ): Promise<void> {
    const factors = isKind(kind) ? this[kind] : noSuchPage();
    if (!submitted.valid) {
      const { errors } = submitted;
      const { id = '', name = '' } = submitted.values;
      // Of another field than the name a person cannot say anything: there is none on the page.
      if (!errors['name']) return this.factorPages.toList(res);
      return this.factorPages.showList(req, res, { id, name, errors });
    }
    const { id, name } = submitted.form;
    if (!(await factors.rename(req.person!.account.id, id, name))) throw notFound();
    this.factorPages.toList(res, 'factor-renamed');
  }

  @SignedIn('recently')
  @Get('remove')
  async askRemove(
    @Req() req: Request,
    @Res() res: Response,
    @Param('kind') kind: string,
    @Query('id') id: unknown,
  ): Promise<void> {
    if (!isKind(kind)) throw notFound();
    // After a sign-in on the way one comes back without it.
    if (typeof id !== 'string') return this.factorPages.toList(res);
    return this.showRemove(req, res, kind, id);
  }

  @SignedIn('recently')
  @Post('remove')
  async remove(
    @Req() req: Request,
    @Res() res: Response,
    @Param('kind') kind: string,
    @Form(FactorForm) submitted: Submitted<FactorForm>,
  ): Promise<void> {
    if (!isKind(kind) || !submitted.valid) throw notFound();
    const { account, sessionUid } = req.person!;
    const { id } = submitted.form;
    const enrolled = await this.secondFactors.enrolled(account.id);
    if (!keepsAWayIn(account, enrolled, id))
      return this.showRemove(req, res, kind, id, { form: 'form.last-way-in' });
    const factor = KINDS[kind];
    if (!(await this.secondFactors.remove(account, factor, id, { sessionUid })))
      return this.factorPages.toList(res, 'changed-meanwhile');
    await this.audit.record('second-factor.removed', { accountId: account.id, factor }, req);
    this.factorPages.toList(res, 'factor-removed');
  }

  private async showRemove(
    req: Request,
    res: Response,
    kind: Kind,
    id: string,
    errors?: FieldErrors,
  ): Promise<void> {
    const { account } = req.person!;
    const enrolled = await this.secondFactors.enrolled(account.id);
    const factor = enrolled[kind].find((each) => each.id === id);
    if (!factor) throw notFound();
    await this.pages.show(req, res, 'factor-remove', {
      action: this.factorPages.url(`/${kind}/remove`),
      cancelUrl: this.factorPages.url(''),
      passwordUrl: this.factorPages.passwordUrl,
      id,
      name: factor.name,
      isPasskey: kind === 'passkeys',
      isLast: enrolled.authenticators.length + enrolled.passkeys.length === 1,
      refused: !keepsAWayIn(account, enrolled, id),
      self: '/dashboard/second-factor',
      ...(errors ? { errors } : {}),
    });
  }
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}

function noSuchPage(): never {
  throw notFound();
}
