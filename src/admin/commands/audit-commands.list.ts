/** The commands for the audit log. Kept apart from what they do, so that help needs no database. */
export const AUDIT_COMMANDS = {
  'audit verify': {
    parameters: [],
    optional: ['head'],
    help: 'says as JSON whether the audit log is whole, and names the first row that is not; exit code 3 when it is not',
  },
} satisfies Record<string, { parameters: string[]; optional: string[]; help: string }>;

export type AuditCommand = keyof typeof AUDIT_COMMANDS;
