const WHO = 'user name or e-mail';

/** The commands for groups, operators, and what applications get to know. Kept apart from what they do, so that help needs no database. */
export const GROUP_COMMANDS = {
  groups: { parameters: [], help: 'lists the groups, and how many people are in each', examples: ['groups'] },
  'group-members': { parameters: ['group'], help: 'lists who is in it', examples: ['group-members staff'] },
  'group-create': {
    parameters: ['group'],
    help: 'makes a group; the clients file can declare it, too',
    examples: ['group-create staff'],
  },
  'group-describe': {
    parameters: ['group', 'description'],
    help: 'says for operators what a group is',
    examples: ["group-describe staff 'Everybody who works here'"],
  },
  'group-delete': {
    parameters: ['group'],
    help: 'takes everyone out of it and removes it',
    examples: ['group-delete staff'],
  },
  'group-add': {
    parameters: [WHO, 'group'],
    help: 'puts somebody into a group',
    examples: ['group-add ada staff'],
  },
  'group-remove': {
    parameters: [WHO, 'group'],
    help: 'takes somebody out of it; applications for that group give no new tokens',
    examples: ['group-remove ada staff'],
  },
  operators: {
    parameters: [],
    help: 'lists who may use the operators’ pages, and how much of them',
    examples: ['operators'],
  },
  'operator-add': {
    parameters: [WHO],
    help: 'lets somebody use them, signed in with two factors',
    examples: ['operator-add ada'],
  },
  'operator-remove': {
    parameters: [WHO],
    help: 'undoes operator-add, at once',
    examples: ['operator-remove ada'],
  },
  'help-desk-add': {
    parameters: [WHO],
    help: 'lets somebody help people on those pages, and change nothing else; an operator becomes that',
    examples: ['help-desk-add bea'],
  },
  'help-desk-remove': {
    parameters: [WHO],
    help: 'undoes help-desk-add, at once',
    examples: ['help-desk-remove bea'],
  },
  attributes: {
    parameters: [WHO],
    help: 'lists what operators have set for somebody',
    examples: ['attributes ada'],
  },
  'set-attribute': {
    parameters: [WHO, 'claim', 'json or text'],
    help: 'sets what claims are made of: text, or JSON',
    examples: ['set-attribute ada department Engines', "set-attribute ada floors '[1, 2]'"],
  },
  'unset-attribute': {
    parameters: [WHO, 'claim'],
    help: 'undoes set-attribute',
    examples: ['unset-attribute ada department'],
  },
  claims: {
    parameters: ['client', WHO],
    help: 'shows what the application would get to know of somebody, and why',
    examples: ['claims notes ada'],
  },
} satisfies Record<string, { parameters: string[]; help: string; examples: string[] }>;

export type GroupCommand = keyof typeof GROUP_COMMANDS;
