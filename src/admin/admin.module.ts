import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { HttpModule } from '../http/http.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { AccountCommands } from './account-commands.js';
import { ClientCommands } from './client-commands.js';
import { ClientsFile } from './clients-file.service.js';

/** Owns what operators do from the shell: the clients file and help for people who are stuck. It has no pages. */
@Module({
  imports: [HttpModule, OidcModule, AuditModule, AttemptsModule],
  providers: [AccountCommands, ClientCommands, ClientsFile],
  exports: [AccountCommands, ClientCommands, ClientsFile],
})
export class AdminModule {}
