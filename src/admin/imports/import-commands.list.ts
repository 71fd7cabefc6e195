/** The commands that take people over. Kept apart from what they do, so that help needs no database. */
export const IMPORT_COMMANDS = {
  import: {
    parameters: ['kind', 'file'],
    optional: ['--dry-run'],
    help: 'makes accounts of what another program kept (flask); --dry-run only says what would happen',
  },
} satisfies Record<string, { parameters: string[]; optional: string[]; help: string }>;

export type ImportCommand = keyof typeof IMPORT_COMMANDS;
