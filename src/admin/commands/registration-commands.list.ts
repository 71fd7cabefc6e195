/** The commands about applications that registered themselves. Kept apart from what they do, so that help needs no database. */
export const REGISTRATION_COMMANDS = {
  clients: {
    parameters: [],
    help: 'lists every application: of the file, of the operators’ pages, or registered by itself',
    examples: ['clients'],
  },
  'clients remove': {
    parameters: ['client_id'],
    help: 'ends everything an application holds that registered itself, and removes it',
    examples: ['clients remove wJ2c0nQfX1'],
  },
  'registration-token': {
    parameters: ['once or many', 'lifetime, such as 24h'],
    help: 'prints a token with which an application may register itself',
    examples: ['registration-token once 24h', 'registration-token many 30d'],
  },
} satisfies Record<string, { parameters: string[]; help: string; examples: string[] }>;

export type RegistrationCommand = keyof typeof REGISTRATION_COMMANDS;
