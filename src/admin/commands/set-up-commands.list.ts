/** The commands for the first hour. Kept apart from what they do, so that help needs no database. */
export const SET_UP_COMMANDS = {
  'setup-link': {
    parameters: [],
    help: 'prints a link that makes the first operator; 24 hours, once; the one before it ends',
    examples: ['setup-link', 'setup-link --json'],
  },
  invite: {
    parameters: [],
    optional: ['e-mail'],
    help: 'prints a link to register one account with; 7 days, once; with an address: sends it there',
    examples: ['invite', 'invite ada@example.org'],
  },
  invitations: {
    parameters: [],
    help: 'lists the invitations that nobody has used yet',
    examples: ['invitations'],
  },
  'invitation-withdraw': {
    parameters: ['id'],
    help: 'ends one of them; its link is worthless',
    examples: ['invitation-withdraw 5Yb0mPSVnAqvlFzJQ2hE3w'],
  },
} satisfies Record<string, { parameters: string[]; optional?: string[]; help: string; examples: string[] }>;

export type SetUpCommand = keyof typeof SET_UP_COMMANDS;
