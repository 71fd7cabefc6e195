/** The commands for the first hour. Kept apart from what they do, so that help needs no database. */
export const SET_UP_COMMANDS = {
  'setup-link': {
    parameters: [],
    help: 'prints a link that makes the first operator; 24 hours, once; the one before it ends',
  },
  invite: { parameters: [], help: 'prints a link to register one account with; 7 days, once' },
} satisfies Record<string, { parameters: string[]; help: string }>;

export type SetUpCommand = keyof typeof SET_UP_COMMANDS;
