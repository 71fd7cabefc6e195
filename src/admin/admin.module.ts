import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { HttpModule } from '../http/http.module.js';
import { DashboardModule } from '../dashboard/dashboard.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { MailModule } from '../mail/mail.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { MailController } from './mail/mail.controller.js';
import { Outboxes } from './mail/outboxes.service.js';
import { AccountCommands } from './commands/account-commands.js';
import { ApiActsController } from './apis/api-acts.controller.js';
import { ApiPages } from './apis/api-pages.js';
import { ApiUsers } from './apis/api-users.js';
import { ApisController } from './apis/apis.controller.js';
import { DeclaredThings } from './apis/declared-things.js';
import { ManagedApis } from './apis/managed-apis.service.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditExportController } from './audit/audit-export.controller.js';
import { AuditExport } from './audit/audit-export.js';
import { AuditQuestions } from './audit/audit-questions.js';
import { AuditWords } from './audit/audit-words.js';
import { Verifications } from './audit/verifications.service.js';
import { AuditCommands } from './commands/audit-commands.js';
import { ClaimsController } from './console/claims.controller.js';
import { ClaimsReport } from './commands/claims-report.js';
import { ClientCommands } from './commands/client-commands.js';
import { RegistrationCommands } from './commands/registration-commands.js';
import { UserCommands } from './commands/user-commands.js';
import { Shell } from './commands/shell.js';
import { SetUpCommands } from './commands/set-up-commands.js';
import { ClientActsController } from './clients/client-acts.controller.js';
import { ClientFormPage } from './clients/client-form.page.js';
import { ClientPages } from './clients/client-pages.js';
import { ClientsController } from './clients/clients.controller.js';
import { EditClientController } from './clients/edit-client.controller.js';
import { NewClientController } from './clients/new-client.controller.js';
import { RefusedController } from './clients/refused.controller.js';
import { SecretPage } from './clients/secret.page.js';
import { ClientDirectory } from './clients/client-directory.js';
import { ManagedClients } from './clients/managed-clients.service.js';
import { ProviderRules } from './clients/provider-rules.js';
import { WebhookCommands } from './commands/webhook-commands.js';
import { ClientsFile } from './clients-file.service.js';
import { FirstClientController } from './first-hour/first-client.controller.js';
import { FirstOperator } from './first-hour/first-operator.js';
import { FirstStepsController } from './first-hour/first-steps.controller.js';
import { FirstSteps } from './first-hour/first-steps.js';
import { GroupCommands } from './commands/group-commands.js';
import { Exports } from './imports/export.service.js';
import { ImportCommands } from './imports/import-commands.js';
import { Imports } from './imports/import.service.js';
import { GroupDirectory } from './groups/group-directory.js';
import { GroupMembersController } from './groups/group-members.controller.js';
import { GroupsController } from './groups/groups.controller.js';
import { ManagedGroups } from './groups/managed-groups.service.js';
import { KeysController } from './keys/keys.controller.js';
import { SigningKeys } from './keys/signing-keys.service.js';
import { KeyCommands } from './commands/key-commands.js';
import { ConsolePages } from './console/console-pages.js';
import { OperatorGuard } from './console/operator.guard.js';
import { BrandingController } from './settings/branding.controller.js';
import { SettingsModule } from '../settings/settings.module.js';
import { SettingChanges } from './settings/setting-changes.js';
import { SettingsController } from './settings/settings.controller.js';
import { SettingCommands } from './commands/setting-commands.js';
import { SetUpController } from './first-hour/set-up.controller.js';
import { SetUpGuard } from './first-hour/set-up.guard.js';
import { ActionPages } from './users/action-pages.js';
import { InvitationPagesController } from './users/invitations.controller.js';
import { UserActionsController } from './users/user-actions.controller.js';
import { UserFacts } from './users/user-facts.js';
import { UsersController } from './users/users.controller.js';
import { Permission } from './users/permission.js';
import { UserActions } from './users/user-actions.js';
import { UserHelp } from './users/user-help.js';
import { UserInvitations } from './users/user-invitations.js';
import { UserMemberships } from './users/user-memberships.js';
import { UserSearch } from './users/user-search.js';

/** One implementation for the pages, the shell and programs. */
const USERS = [Permission, UserActions, UserHelp, UserFacts, UserInvitations, UserMemberships, UserSearch];

const COMMANDS = [
  AccountCommands,
  AuditCommands,
  ClientCommands,
  ClientsFile,
  GroupCommands,
  ImportCommands,
  KeyCommands,
  RegistrationCommands,
  SettingCommands,
  SetUpCommands,
  Shell,
  WebhookCommands,
  UserCommands,
];

/**
 * Owns what operators do: from the shell the clients file, signing keys, groups, and help for people who are stuck; on a page,
 * for members of a built-in group, the first steps of a new server and the look at what applications get to know. How
 * somebody becomes the first operator.
 */
@Module({
  imports: [
    HttpModule,
    SettingsModule,
    OidcModule,
    DashboardModule,
    AuditModule,
    AttemptsModule,
    KeysModule,
    MailModule,
    WebhooksModule,
  ],
  controllers: [
    // Before the page of one API, whose address would take its own.
    ApiActsController,
    ApisController,
    // Before the page of one event, whose address would take its own.
    AuditExportController,
    AuditController,
    ClaimsController,
    InvitationPagesController,
    UsersController,
    UserActionsController,
    ClientActsController,
    EditClientController,
    // Before the pages of one client, whose address could be taken for one.
    NewClientController,
    ClientsController,
    FirstStepsController,
    FirstClientController,
    GroupsController,
    GroupMembersController,
    KeysController,
    RefusedController,
    MailController,
    SetUpController,
    SettingsController,
    BrandingController,
  ],
  providers: [
    ...COMMANDS,
    ...USERS,
    ActionPages,
    ApiPages,
    ApiUsers,
    AuditExport,
    AuditQuestions,
    AuditWords,
    ClaimsReport,
    ClientDirectory,
    ClientFormPage,
    ClientPages,
    ConsolePages,
    DeclaredThings,
    Exports,
    FirstOperator,
    FirstSteps,
    GroupDirectory,
    Imports,
    ManagedApis,
    ManagedClients,
    ManagedGroups,
    OperatorGuard,
    Outboxes,
    ProviderRules,
    SecretPage,
    SettingChanges,
    SetUpGuard,
    SigningKeys,
    Verifications,
  ],
  exports: [
    ...COMMANDS,
    ...USERS,
    GroupDirectory,
    ManagedApis,
    ManagedClients,
    ManagedGroups,
    Outboxes,
    SigningKeys,
    Verifications,
  ],
})
export class AdminModule {}
