import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { CleanUp } from './clean-up.js';
import { GracefulStop } from './graceful-stop.js';
import { HealthController } from './health.controller.js';
import { ProbeGuard } from './probe.guard.js';
import { Readiness } from './readiness.js';

/** Owns what keeps a running server healthy. It serves no person. */
@Module({
  imports: [AuditModule, KeysModule, MfaModule, OidcModule, SignInModule],
  controllers: [HealthController],
  providers: [CleanUp, GracefulStop, ProbeGuard, Readiness],
  exports: [CleanUp],
})
export class OpsModule {}
