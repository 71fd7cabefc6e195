import { Injectable } from '@nestjs/common';
import { IMPORT_COMMANDS } from '../imports/import-commands.list.js';
import { ImportCommands } from '../imports/import-commands.js';
import { ACCOUNT_COMMANDS } from './account-commands.list.js';
import { AccountCommands } from './account-commands.js';
import { AUDIT_COMMANDS } from './audit-commands.list.js';
import { AuditCommands } from './audit-commands.js';
import { ClientCommands } from './client-commands.js';
import { CLIENT_COMMANDS } from './commands.list.js';
import { GROUP_COMMANDS } from './group-commands.list.js';
import { GroupCommands } from './group-commands.js';
import type { Outcome } from './outcome.js';
import { KEY_COMMANDS } from './key-commands.list.js';
import { KeyCommands } from './key-commands.js';
import { REGISTRATION_COMMANDS } from './registration-commands.list.js';
import { RegistrationCommands } from './registration-commands.js';
import { SET_UP_COMMANDS } from './set-up-commands.list.js';
import { SetUpCommands } from './set-up-commands.js';
import { SETTING_COMMANDS } from './setting-commands.list.js';
import { SettingCommands } from './setting-commands.js';
import { USER_COMMANDS } from './user-commands.list.js';
import { UserCommands } from './user-commands.js';
import { WEBHOOK_COMMANDS } from './webhook-commands.list.js';
import { WebhookCommands } from './webhook-commands.js';

type Run = (args: string[]) => Promise<Outcome>;

/** Every command that needs the modules of the server, and who does it. */
@Injectable()
export class Shell {
  private readonly commands = new Map<string, Run>();

  constructor(
    accounts: AccountCommands,
    audit: AuditCommands,
    clients: ClientCommands,
    groups: GroupCommands,
    imports: ImportCommands,
    keys: KeyCommands,
    registrations: RegistrationCommands,
    settings: SettingCommands,
    setUp: SetUpCommands,
    users: UserCommands,
    webhooks: WebhookCommands,
  ) {
    this.add(ACCOUNT_COMMANDS, accounts);
    this.add(AUDIT_COMMANDS, audit);
    this.add(CLIENT_COMMANDS, clients);
    this.add(GROUP_COMMANDS, groups);
    this.add(IMPORT_COMMANDS, imports);
    this.add(KEY_COMMANDS, keys);
    this.add(REGISTRATION_COMMANDS, registrations);
    this.add(SETTING_COMMANDS, settings);
    this.add(SET_UP_COMMANDS, setUp);
    this.add(USER_COMMANDS, users);
    this.add(WEBHOOK_COMMANDS, webhooks);
  }

  /** @param command one of the table of help (commands.list.ts) */
  run(command: string, args: string[]): Promise<Outcome> {
    return this.commands.get(command)!(args);
  }

  private add<Name extends string>(
    names: Record<Name, unknown>,
    part: { run(command: Name, args: string[]): Promise<Outcome> },
  ): void {
    for (const name of Object.keys(names) as Name[]) this.commands.set(name, (args) => part.run(name, args));
  }
}
