const AUDIT_FILTERS = ['name', 'result', 'who', 'client', 'by', 'address', 'from', 'to'].map(
  (each) => `--${each}=…`,
);

/** The commands for the audit log. Kept apart from what they do, so that help needs no database. */
export const AUDIT_COMMANDS = {
  'audit verify': {
    parameters: [],
    optional: ['head'],
    help: 'says as JSON whether the audit log is whole, and names the first row that is not; exit code 3 when it is not',
    examples: ['audit verify', 'audit verify 81236:81234:Jx0cQ2mVtX8nq0fLrY5d3Zk7hWb1sEoGuPiA9yCvKxM'],
  },
  'audit list': {
    parameters: [],
    optional: [...AUDIT_FILTERS, '--before=…', '--limit=…', '--json'],
    help: 'shows the newest events; --json: an event in each line. --name takes an event, or a family such as group',
    examples: [
      'audit list',
      'audit list --name=group --who=ada --json',
      'audit list --result=failure --from=2026-03-30 --limit=200',
    ],
  },
  'audit export': {
    parameters: [],
    optional: [...AUDIT_FILTERS, '--format=…'],
    help: 'prints all of them, as csv or jsonl (which it is unless it is said); it is noted',
    examples: [
      'audit export > audit.jsonl',
      'audit export --format=csv --from=2026-03-01 --to=2026-03-31 > march.csv',
    ],
  },
} satisfies Record<string, { parameters: string[]; optional: string[]; help: string; examples: string[] }>;

export type AuditCommand = keyof typeof AUDIT_COMMANDS;
