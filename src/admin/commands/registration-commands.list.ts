/** The commands about applications that registered themselves. Kept apart from what they do, so that help needs no database. */
export const REGISTRATION_COMMANDS = {
  clients: {
    parameters: [],
    help: 'lists every application: of the file, of the operators’ pages, or registered by itself',
  },
  'clients remove': {
    parameters: ['client_id'],
    help: 'ends everything an application holds that registered itself, and removes it',
  },
  'registration-token': {
    parameters: ['once or many', 'lifetime, such as 24h'],
    help: 'prints a token with which an application may register itself',
  },
} satisfies Record<string, { parameters: string[]; help: string }>;

export type RegistrationCommand = keyof typeof REGISTRATION_COMMANDS;
