/** The commands for settings that change while servers run. Kept apart from what they do, so that help needs no database. */
export const SETTING_COMMANDS = {
  settings: {
    parameters: [],
    help: 'lists, as JSON, the settings that can be changed while servers run',
    examples: ['settings'],
  },
  'setting-set': {
    parameters: ['name', 'value'],
    help: 'changes one of them; servers follow in seconds',
    examples: ['setting-set GATEHOUSE_REGISTRATION off'],
  },
  'setting-unset': {
    parameters: ['name'],
    help: 'undoes setting-set',
    examples: ['setting-unset GATEHOUSE_REGISTRATION'],
  },
} satisfies Record<string, { parameters: string[]; help: string; examples: string[] }>;

export type SettingCommand = keyof typeof SETTING_COMMANDS;
