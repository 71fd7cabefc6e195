/** The commands that take people over. Kept apart from what they do, so that help needs no database. */
export const IMPORT_COMMANDS = {
  import: {
    parameters: ['kind', 'file'],
    optional: ['--dry-run'],
    help: 'makes accounts of what another program kept (flask or gatehouse); --dry-run only says what would happen',
  },
  'export users': {
    parameters: ['file'],
    optional: ['--with-secrets'],
    help: 'writes everybody into a new file that import reads; with password hashes and seeds only by the flag',
  },
} satisfies Record<string, { parameters: string[]; optional: string[]; help: string }>;

export type ImportCommand = keyof typeof IMPORT_COMMANDS;
