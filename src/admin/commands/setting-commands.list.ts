/** The commands for settings that change while servers run. Kept apart from what they do, so that help needs no database. */
export const SETTING_COMMANDS = {
  settings: { parameters: [], help: 'lists, as JSON, the settings that can be changed while servers run' },
  'setting-set': {
    parameters: ['name', 'value'],
    help: 'changes one of them, for example: setting-set GATEHOUSE_REGISTRATION off; servers follow in seconds',
  },
  'setting-unset': { parameters: ['name'], help: 'undoes setting-set' },
} satisfies Record<string, { parameters: string[]; help: string }>;

export type SettingCommand = keyof typeof SETTING_COMMANDS;
