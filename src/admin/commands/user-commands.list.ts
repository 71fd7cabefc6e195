/** The commands that look for people. Kept apart from what they do, so that help needs no database. */
export const USER_COMMANDS = {
  users: {
    parameters: [],
    optional: ['beginning of a user name or e-mail', '--json'],
    help: 'lists accounts, or those that are called so; --json: one on each line',
    examples: ['users', 'users ada', 'users --json'],
  },
  user: {
    parameters: ['user name or e-mail'],
    optional: ['--json'],
    help: 'shows what operators see of somebody; never a secret',
    examples: ['user ada', 'user ada@example.org --json'],
  },
} satisfies Record<string, { parameters: string[]; optional: string[]; help: string; examples: string[] }>;

export type UserCommand = keyof typeof USER_COMMANDS;
