import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { HttpModule } from '../http/http.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { AccountCommands } from './account-commands.js';
import { ClientCommands } from './client-commands.js';
import { ClientsFile } from './clients-file.service.js';
import { KeyCommands } from './key-commands.js';

/** Owns what operators do from the shell: the clients file, signing keys, and help for people who are stuck. It has no pages. */
@Module({
  imports: [HttpModule, OidcModule, AuditModule, AttemptsModule, KeysModule],
  providers: [AccountCommands, ClientCommands, ClientsFile, KeyCommands],
  exports: [AccountCommands, ClientCommands, ClientsFile, KeyCommands],
})
export class AdminModule {}
