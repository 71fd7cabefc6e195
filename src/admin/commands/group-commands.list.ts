const WHO = 'user name or e-mail';

/** The commands for groups, operators, and what applications get to know. Kept apart from what they do, so that help needs no database. */
export const GROUP_COMMANDS = {
  groups: { parameters: [], help: 'lists the groups, and how many people are in each' },
  'group-members': { parameters: ['group'], help: 'lists who is in it' },
  'group-create': { parameters: ['group'], help: 'makes a group; the clients file can declare it, too' },
  'group-describe': { parameters: ['group', 'description'], help: 'says for operators what a group is' },
  'group-delete': { parameters: ['group'], help: 'takes everyone out of it and removes it' },
  'group-add': { parameters: [WHO, 'group'], help: 'puts somebody into a group' },
  'group-remove': {
    parameters: [WHO, 'group'],
    help: 'takes somebody out of it; applications for that group give no new tokens',
  },
  operators: { parameters: [], help: 'lists who may use the operators’ pages, and how much of them' },
  'operator-add': { parameters: [WHO], help: 'lets somebody use them, signed in with two factors' },
  'operator-remove': { parameters: [WHO], help: 'undoes operator-add, at once' },
  'help-desk-add': {
    parameters: [WHO],
    help: 'lets somebody help people on those pages, and change nothing else; an operator becomes that',
  },
  'help-desk-remove': { parameters: [WHO], help: 'undoes help-desk-add, at once' },
  attributes: { parameters: [WHO], help: 'lists what operators have set for somebody' },
  'set-attribute': {
    parameters: [WHO, 'claim', 'json or text'],
    help: 'sets what claims are made of, for example: set-attribute ada department \'"Engines"\'',
  },
  'unset-attribute': { parameters: [WHO, 'claim'], help: 'undoes set-attribute' },
  claims: {
    parameters: ['client', WHO],
    help: 'shows what the application would get to know of somebody, and why',
  },
} satisfies Record<string, { parameters: string[]; help: string }>;

export type GroupCommand = keyof typeof GROUP_COMMANDS;
