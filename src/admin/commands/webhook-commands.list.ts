/** The commands about webhooks. Kept apart from what they do, so that help needs no database. */
export const WEBHOOK_COMMANDS = {
  webhooks: {
    parameters: [],
    help: 'lists who is told of what happens, and how that goes',
    examples: ['webhooks'],
  },
  'webhooks deliveries': {
    parameters: ['webhook'],
    optional: ['after'],
    help: 'what one of them was told, newest first',
    examples: ['webhooks deliveries directory'],
  },
  'webhooks test': {
    parameters: ['webhook'],
    help: 'sends it a test, and says what it answers',
    examples: ['webhooks test directory'],
  },
  'webhooks retry': {
    parameters: ['webhook or delivery'],
    help: 'tells once more what was given up: all of it, or one',
    examples: ['webhooks retry directory'],
  },
} satisfies Record<string, { parameters: string[]; optional?: string[]; help: string; examples: string[] }>;

export type WebhookCommand = keyof typeof WEBHOOK_COMMANDS;
