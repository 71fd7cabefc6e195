import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../mail/mail.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { AttemptStore } from './attempt.store.js';
import { ConsentController } from './consent.controller.js';
import { DueStepGuard } from './due-step.guard.js';
import { EnrolController } from './enrol.controller.js';
import { EntryController } from './entry.controller.js';
import { IdentifyPages } from './identify-page.js';
import { InteractionController } from './interaction.controller.js';
import { PasskeyController } from './passkey.controller.js';
import { PasswordController } from './password.controller.js';
import { PasswordStrategy } from './password.strategy.js';
import { RecoveryController } from './recovery.controller.js';
import { InteractionRegistrationController } from './registration.controller.js';
import { Remembering } from './remember.js';
import { SecondFactorPages } from './second-factor-page.js';
import { SecondFactorController } from './second-factor.controller.js';
import { SignInLinkController } from './sign-in-link.controller.js';
import { SignInLinks } from './sign-in-links.js';
import { SignIns } from './sign-in.service.js';
import { StepPages } from './step-page.js';
import { VerifyEmailController } from './verify-email.controller.js';

/** Owns the way from "who are you" to a finished login. It decides which step is due; the checks themselves are users' and mfa's. */
@Module({
  imports: [OidcModule, AuditModule, AttemptsModule, MailModule],
  controllers: [
    InteractionController,
    PasswordController,
    SignInLinkController,
    SecondFactorController,
    PasskeyController,
    RecoveryController,
    VerifyEmailController,
    EnrolController,
    ConsentController,
    EntryController,
    InteractionRegistrationController,
  ],
  providers: [
    AttemptStore,
    DueStepGuard,
    IdentifyPages,
    PasswordStrategy,
    Remembering,
    SecondFactorPages,
    SignInLinks,
    SignIns,
    StepPages,
  ],
  exports: [AttemptStore],
})
export class SignInModule {}
