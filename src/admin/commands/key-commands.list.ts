/** The commands for signing keys. Kept apart from what they do, so that help needs no database. */
export const KEY_COMMANDS = {
  keys: {
    parameters: [],
    help: 'lists the signing keys: which one signs, which will, which did',
    examples: ['keys', 'keys --json'],
  },
  'rotate-keys': {
    parameters: [],
    help: 'publishes new signing keys; they sign after a day, when every application knows them',
    examples: ['rotate-keys'],
  },
  'rotate-keys-now': {
    parameters: [],
    help: 'lets them sign after a minute; applications that keep the old list refuse sign-ins meanwhile',
    examples: ['rotate-keys-now'],
  },
  'revoke-key': {
    parameters: ['kid'],
    help: 'for a key that leaked: what it signed counts no more, another one signs at once',
    examples: ['revoke-key q3Fr9uXcT0WmkSBv'],
  },
} satisfies Record<string, { parameters: string[]; help: string; examples: string[] }>;

export type KeyCommand = keyof typeof KEY_COMMANDS;
