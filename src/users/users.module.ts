import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { HttpModule } from '../http/http.module.js';
import { Accounts } from './accounts.service.js';
import { PasswordHashes } from './password-hash.js';
import { PasswordPolicy } from './password-policy.js';
import { Passwords } from './passwords.service.js';
import { Registration } from './registration.service.js';
import { RegistrationController } from './registration.controller.js';

/** Owns accounts, their identifiers and passwords. It knows no second factor and no session. */
@Module({
  imports: [HttpModule, AuditModule, AttemptsModule],
  controllers: [RegistrationController],
  providers: [Accounts, PasswordHashes, PasswordPolicy, Passwords, Registration],
  exports: [Accounts, Passwords, PasswordPolicy, Registration],
})
export class UsersModule {}
