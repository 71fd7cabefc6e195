/** The commands about webhooks. Kept apart from what they do, so that help needs no database. */
export const WEBHOOK_COMMANDS = {
  webhooks: { parameters: [], help: 'lists who is told of what happens, and how that goes' },
  'webhooks deliveries': {
    parameters: ['webhook'],
    optional: ['after'],
    help: 'what one of them was told, newest first',
  },
  'webhooks test': { parameters: ['webhook'], help: 'sends it a test, and says what it answers' },
  'webhooks retry': {
    parameters: ['webhook or delivery'],
    help: 'tells once more what was given up: all of it, or one',
  },
} satisfies Record<string, { parameters: string[]; optional?: string[]; help: string }>;

export type WebhookCommand = keyof typeof WEBHOOK_COMMANDS;
