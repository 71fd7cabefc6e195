import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { LanguageListener } from './language.listener.js';
import { OverviewController } from './overview.controller.js';
import { PasswordChangeController } from './password.controller.js';
import { SecondFactorPagesController } from './second-factor.controller.js';
import { WelcomeController } from './welcome.controller.js';

/** Owns a person's own pages. It has no login: where there is no session it sends an authorization request like any application. */
@Module({
  imports: [OidcModule, AuditModule, AttemptsModule],
  controllers: [WelcomeController, OverviewController, PasswordChangeController, SecondFactorPagesController],
  providers: [LanguageListener],
})
export class DashboardModule {}
