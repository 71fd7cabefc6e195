import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { IsNotEmpty, IsString, MaxLength } from '../http/rules.js';
import type { Request } from 'express';
import { Strategy } from 'passport-local';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { readForm, type Submitted } from '../http/form.js';
import { Passwords, type PasswordVerdict } from '../users/passwords.service.js';

export class SignInForm {
  @MaxLength(320, { message: 'form.identifier' })
  @IsNotEmpty({ message: 'form.identifier' })
  @IsString({ message: 'form.identifier' })
  username!: string;

  @IsNotEmpty({ message: 'form.password' })
  @IsString({ message: 'form.password' })
  password!: string;
}

export type SignInVerdict =
  | PasswordVerdict
  | { readonly kind: 'unusable'; readonly submitted: Extract<Submitted<SignInForm>, { valid: false }> };

/** Verifies the credential and returns the fact. It makes no session: what follows from the fact is `nextStep`'s to say. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, 'password') {
  constructor(
    private readonly passwords: Passwords,
    private readonly knownBrowsers: KnownBrowsers,
  ) {
    super({ passReqToCallback: true });
  }

  async validate(req: Request, _username: string, _password: string): Promise<SignInVerdict> {
    if (!req.signIn) throw new Error('a password is checked only in an interaction whose due step it is');
    const submitted = readForm(SignInForm, req.body);
    if (!submitted.valid) return { kind: 'unusable', submitted };
    return this.passwords.checkTyped(
      submitted.form.username,
      submitted.form.password,
      this.knownBrowsers.tokens(req),
    );
  }
}

/** Lets every verdict through to the page, which shows it; only failures of the program itself stop here. */
@Injectable()
export class PasswordGuard extends AuthGuard('password') {
  override handleRequest<T>(
    error: Error | null,
    verdict: T | false,
    _info: unknown,
    context: { switchToHttp(): { getRequest(): Request } },
  ): T {
    if (error) throw error;
    if (verdict) return verdict;
    // The strategy does not even ask us when a field is empty.
    const submitted = readForm(SignInForm, context.switchToHttp().getRequest().body);
    return { kind: 'unusable', submitted } as T;
  }
}
