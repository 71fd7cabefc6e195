import { ACCOUNT_COMMANDS } from './account-commands.list.js';
import { AUDIT_COMMANDS } from './audit-commands.list.js';
import { BACKUP_COMMANDS } from './backup-commands.list.js';
import { IMPORT_COMMANDS } from '../imports/import-commands.list.js';
import { KEY_COMMANDS } from './key-commands.list.js';
import { GROUP_COMMANDS } from './group-commands.list.js';
import { SETTING_COMMANDS } from './setting-commands.list.js';
import { SET_UP_COMMANDS } from './set-up-commands.list.js';
import { WEBHOOK_COMMANDS } from './webhook-commands.list.js';
import { REGISTRATION_COMMANDS } from './registration-commands.list.js';
import { USER_COMMANDS } from './user-commands.list.js';

/** What a command takes, and what it is for. */
export interface CommandHelp {
  readonly parameters: readonly string[];
  /** What may be left out, after those. */
  readonly optional?: readonly string[];
  /** How many words there can be at all, where it is not one for each of those. */
  readonly mostWords?: number;
  readonly help: string;
  /** For `help <command>`. */
  readonly examples?: readonly string[];
}

export const CLIENT_COMMANDS = {
  'clients plan': {
    parameters: [],
    help: 'shows what the clients file would change; changes nothing',
    examples: ['clients plan', 'clients plan --json'],
  },
  'clients apply': {
    parameters: [],
    optional: ['--take-over'],
    help: 'makes it so; servers that run follow at their next request',
    examples: ['clients apply', 'clients apply --take-over'],
  },
  'clients export': {
    parameters: [],
    optional: ['--with-secrets'],
    help: 'prints the clients and APIs that were made on the operators’ pages as a clients file',
    examples: ['clients export > made-on-pages.yaml', 'clients export --with-secrets'],
  },
  'client-settings': {
    parameters: ['client_id'],
    optional: ['application'],
    help: 'settings to paste into a well-known application; without one: which there are',
    examples: ['client-settings notes', 'client-settings notes grafana'],
  },
} satisfies Record<string, CommandHelp>;

export type ClientCommand = keyof typeof CLIENT_COMMANDS;

const DOCTOR_COMMANDS = {
  doctor: {
    parameters: [],
    optional: ['--json'],
    help: 'looks at the whole set-up, from inside and outside; each finding names its mend',
    examples: ['doctor', 'doctor --json'],
  },
} satisfies Record<string, CommandHelp>;

const MIGRATION_COMMANDS = {
  migrate: {
    parameters: [],
    optional: ['--dry-run'],
    help: 'brings the database up to date with this version, as each start does; --dry-run only says what is due',
    examples: ['migrate --dry-run', 'migrate'],
  },
} satisfies Record<string, CommandHelp>;

/** Every command but `health` and `version`, as help shows them. Kept apart from what they do, so that help needs no database. */
export const SECTIONS: readonly { title: string; commands: Record<string, CommandHelp> }[] = [
  {
    title: 'The start, invitations, and whether all is well',
    commands: { ...SET_UP_COMMANDS, ...DOCTOR_COMMANDS },
  },
  { title: 'Applications', commands: { ...CLIENT_COMMANDS, ...REGISTRATION_COMMANDS } },
  { title: 'People', commands: { ...USER_COMMANDS, ...ACCOUNT_COMMANDS } },
  { title: 'Groups, operators, and what applications are told', commands: GROUP_COMMANDS },
  { title: 'Signing keys', commands: KEY_COMMANDS },
  { title: 'The audit log', commands: AUDIT_COMMANDS },
  { title: 'Backups, and new versions', commands: { ...BACKUP_COMMANDS, ...MIGRATION_COMMANDS } },
  { title: 'People from other programs, and to them', commands: IMPORT_COMMANDS },
  { title: 'Settings that change while servers run', commands: SETTING_COMMANDS },
  { title: 'Webhooks', commands: WEBHOOK_COMMANDS },
];

export const COMMANDS: Record<string, CommandHelp> = Object.assign(
  {},
  ...SECTIONS.map(({ commands }) => commands),
) as Record<string, CommandHelp>;
