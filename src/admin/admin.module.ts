import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { HttpModule } from '../http/http.module.js';
import { DashboardModule } from '../dashboard/dashboard.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { AccountCommands } from './account-commands.js';
import { AuditCommands } from './audit-commands.js';
import { ClaimsController } from './claims.controller.js';
import { ClaimsReport } from './claims-report.js';
import { ClientCommands } from './client-commands.js';
import { RegistrationCommands } from './registration-commands.js';
import { ClientsFile } from './clients-file.service.js';
import { GroupCommands } from './group-commands.js';
import { KeyCommands } from './key-commands.js';
import { OperatorGuard } from './operator.guard.js';

const COMMANDS = [
  AccountCommands,
  AuditCommands,
  ClientCommands,
  ClientsFile,
  GroupCommands,
  KeyCommands,
  RegistrationCommands,
];

/**
 * Owns what operators do: from the shell the clients file, signing keys, groups, and help for people who are stuck; on a page,
 * for members of a built-in group, the look at what applications get to know.
 */
@Module({
  imports: [HttpModule, OidcModule, DashboardModule, AuditModule, AttemptsModule, KeysModule],
  controllers: [ClaimsController],
  providers: [...COMMANDS, ClaimsReport, OperatorGuard],
  exports: COMMANDS,
})
export class AdminModule {}
