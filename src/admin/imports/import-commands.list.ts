/** The commands that take people over. Kept apart from what they do, so that help needs no database. */
export const IMPORT_COMMANDS = {
  import: {
    parameters: ['kind', 'file'],
    optional: ['--dry-run', '…'],
    mostWords: 9,
    help: 'makes accounts of what another program kept; --dry-run only says what would happen. Kinds and examples: help import',
    examples: [
      'import flask users.db --dry-run',
      'import keycloak realm.json --dry-run',
      'import keycloak folder --clients-file clients-from-keycloak.yml --roles-as-groups',
      'import authelia users.yml --totp authelia.export.totp.yml --webauthn authelia.export.webauthn.yml',
      'import authelia users.yml --no-totp --no-webauthn',
      'import pocket-id export.zip --clients-file clients-from-pocket-id.yml',
      'import gatehouse people.jsonl',
      'import csv people.csv --dry-run',
    ],
  },
  'export users': {
    parameters: ['file'],
    optional: ['--format json|csv', '--with-secrets'],
    mostWords: 4,
    help: 'writes everybody into a new file that import reads; with password hashes and seeds only by the flag',
    examples: [
      'export users people.jsonl',
      'export users people.csv --format csv',
      'export users everything.jsonl --with-secrets',
    ],
  },
} satisfies Record<string, CommandHelp>;

export const IMPORT_USAGE = ['import <kind> <file>, for example:', ...IMPORT_COMMANDS.import.examples].join(
  '\n  ',
);

export type ImportCommand = keyof typeof IMPORT_COMMANDS;

/** As in commands.list.ts, which imports this. */
interface CommandHelp {
  readonly parameters: readonly string[];
  readonly optional: readonly string[];
  readonly mostWords?: number;
  readonly help: string;
  readonly examples: readonly string[];
}
