/** The commands for backups. Kept apart from what they do, so that help needs no database. */
export const BACKUP_COMMANDS = {
  backup: {
    parameters: ['file'],
    optional: [],
    help: 'writes everything into one encrypted file, while servers run; needs GATEHOUSE_BACKUP_KEY_FILE',
    examples: ['backup /backup/gatehouse-$(date +%F).backup'],
  },
  restore: {
    parameters: ['file'],
    optional: ['--verify or --overwrite'],
    help: 'puts it back; --verify only tries that in a temporary place, and signs in there',
    examples: [
      'restore --verify /backup/gatehouse.backup',
      'restore /backup/gatehouse.backup',
      'restore /backup/gatehouse.backup --overwrite',
    ],
  },
} satisfies Record<string, { parameters: string[]; optional: string[]; help: string; examples: string[] }>;

export type BackupCommand = keyof typeof BACKUP_COMMANDS;
