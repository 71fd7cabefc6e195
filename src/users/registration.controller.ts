import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail, IsString, Matches, MaxLength } from 'class-validator';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Form, shownAgain, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { registrationClosed } from '../kernel/errors.js';
import { Accounts } from './accounts.service.js';
import { USERNAME } from './identifiers.js';
import { PasswordPolicy } from './password-policy.js';

/** Spaces around a name, and compatibility forms of its letters, are nobody's intention. */
const tidied = ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.normalize('NFKC').trim() : value;

class RegistrationForm {
  @Transform(tidied)
  @Matches(USERNAME, { message: 'form.username' })
  @IsString({ message: 'form.username' })
  username!: string;

  @Transform(tidied)
  @MaxLength(254, { message: 'form.email' })
  @IsEmail({}, { message: 'form.email' })
  email!: string;

  @IsString({ message: 'form.password' })
  password!: string;
}

/**
 * Making an account of one's own. It signs nobody in, and its answer does not depend on whether the name or address was
 * free: a sign-in afterwards is what tells, and only the person who knows the password.
 */
@Controller('register')
export class RegistrationController {
  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly policy: PasswordPolicy,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @Public()
  @Get()
  ask(@Req() req: Request, @Res() res: Response): void {
    this.requireOpen();
    this.pages.show(req, res, 'users/register', this.data(req));
  }

  @Public()
  @Post()
  async register(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RegistrationForm) submitted: Submitted<RegistrationForm>,
  ): Promise<void> {
    this.requireOpen();
    if (!submitted.valid)
      return this.pages.show(req, res, 'users/register', { ...this.data(req), ...submitted });
    const { form } = submitted;
    const refusal = this.policy.refusal(form.password, form);
    if (refusal) {
      return this.pages.show(req, res, 'users/register', {
        ...this.data(req),
        values: shownAgain(form),
        errors: { password: refusal },
      });
    }

    const outcome = await this.accounts.register(form);
    if (outcome === 'taken')
      await this.audit.record(
        'account.registration-refused',
        { result: 'failure', detail: { reason: 'taken' } },
        req,
      );
    else await this.audit.record('account.registered', { accountId: outcome.id }, req);
    this.pages.redirect(res, `/register/done${continuation(req)}`);
  }

  @Public()
  @Get('done')
  done(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'users/registered', { signInUrl: this.signInUrl(req) });
  }

  private requireOpen(): void {
    if (!this.config.registrationOpen) throw registrationClosed();
  }

  private data(req: Request) {
    return {
      action: `${this.config.basePath}/register${continuation(req)}`,
      signInUrl: this.signInUrl(req),
      minLength: this.policy.minLength,
    };
  }

  private signInUrl(req: Request): string {
    const uid = interactionUid(req);
    return this.config.basePath + (uid ? `/interaction/${uid}` : '/dashboard');
  }
}

/** The interaction to return to, when registration was opened from one. Its cookie decides there; this is only an address. */
function interactionUid(req: Request): string | undefined {
  const uid = req.query['interaction'];
  return typeof uid === 'string' && /^[A-Za-z0-9_-]{20,50}$/.test(uid) ? uid : undefined;
}

function continuation(req: Request): string {
  const uid = interactionUid(req);
  return uid ? `?interaction=${uid}` : '';
}
