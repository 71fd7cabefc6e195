import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { MailModule } from '../mail/mail.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { UsersModule } from '../users/users.module.js';
import { CleanUp } from './clean-up.js';
import { GracefulStop } from './graceful-stop.js';
import { HealthController } from './health.controller.js';
import { MetricsServer } from './metrics.server.js';
import { ProbeGuard } from './probe.guard.js';
import { Readiness } from './readiness.js';
import { TracingService } from './tracing.service.js';

/** Owns what keeps a running server healthy. It serves no person. */
@Module({
  imports: [
    AttemptsModule,
    AuditModule,
    KeysModule,
    MailModule,
    MfaModule,
    OidcModule,
    SignInModule,
    UsersModule,
    WebhooksModule,
  ],
  controllers: [HealthController],
  providers: [CleanUp, GracefulStop, MetricsServer, ProbeGuard, Readiness, TracingService],
  exports: [CleanUp],
})
export class OpsModule {}
