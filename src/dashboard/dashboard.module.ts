import { Module } from '@nestjs/common';
import { Activity } from '../audit/activity.service.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { AccountPages } from './account-pages.js';
import { ActivityWords } from './activity-words.js';
import { ActivityController } from './activity.controller.js';
import { ApplicationNames } from './application-names.js';
import { ApplicationsController } from './applications.controller.js';
import { ApprovalsController } from './approvals.controller.js';
import { BackupCodesController } from './backup-codes.controller.js';
import { DeletionController } from './deletion.controller.js';
import { DetailsController } from './details.controller.js';
import { DevicesController } from './devices.controller.js';
import { EmailController } from './email.controller.js';
import { ExportController } from './export.controller.js';
import { FactorPages } from './factor-pages.js';
import { FactorsController } from './factors.controller.js';
import { LanguageListener } from './language.listener.js';
import { ObjectionsController } from './objections.controller.js';
import { OverviewController } from './overview.controller.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasswordChangeController } from './password.controller.js';
import { PersonalData } from './personal-data.js';
import { ProfileController } from './profile.controller.js';
import { SecondFactorPagesController } from './second-factor.controller.js';
import { SessionsController } from './sessions.controller.js';
import { SignOutController } from './sign-out.controller.js';
import { WelcomeController } from './welcome.controller.js';

/** Owns a person's own pages. It has no login: where there is no session it sends an authorization request like any application. */
@Module({
  imports: [OidcModule, AuditModule, AttemptsModule],
  controllers: [
    BackupCodesController,
    DeletionController,
    EmailController,
    FactorsController,
    ObjectionsController,
    PasskeysController,
    ActivityController,
    ExportController,
    ProfileController,
    DetailsController,
    WelcomeController,
    OverviewController,
    PasswordChangeController,
    SecondFactorPagesController,
    SessionsController,
    DevicesController,
    ApplicationsController,
    ApprovalsController,
    SignOutController,
  ],
  providers: [
    AccountPages,
    Activity,
    ActivityWords,
    ApplicationNames,
    FactorPages,
    PersonalData,
    LanguageListener,
  ],
  exports: [Activity, ActivityWords, ApplicationNames],
})
export class DashboardModule {}
