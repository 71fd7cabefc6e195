import 'reflect-metadata';
import { ConfigurationMistakes, type Config } from './config/config.js';
import { loadConfig } from './config/load.js';

const EXIT_USAGE = 64;
const [command = 'help', ...args] = process.argv.slice(2);

async function run(): Promise<number> {
  const config = loadConfig(process.env);
  // A container asks this every few seconds: it must not load the whole program for it.
  if (command === 'health') return health(config);

  const { NestFactory } = await import('@nestjs/core');
  const { AppModule } = await import('./app.module.js');
  const { AccountCommands } = await import('./admin/account-commands.js');
  const app = await NestFactory.createApplicationContext(AppModule.with(config), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  try {
    const { table } = app.get(AccountCommands);
    const chosen = Object.hasOwn(table, command) ? table[command] : undefined;
    if (!chosen || args.length !== chosen.parameters.length) {
      const lines = Object.entries(table).map(([name, { parameters, help }]) =>
        usage([name, ...parameters.map((each) => `<${each}>`)], help),
      );
      console.log(
        ['gatehouse <command>', '', usage(['health'], 'exit code 0 when the server is ready'), ...lines].join(
          '\n',
        ),
      );
      return command === 'help' ? 0 : EXIT_USAGE;
    }
    const { done, message } = await chosen.run(...args);
    console.log(message);
    return done ? 0 : 1;
  } finally {
    await app.close();
  }
}

function usage(words: string[], help: string): string {
  return `  ${words.join(' ').padEnd(44)} ${help}`;
}

/** The container's health check: it needs no other program. */
async function health({ ownAddress }: Config): Promise<number> {
  const answer = await fetch(`${ownAddress}/health/ready`, { signal: AbortSignal.timeout(4000) }).catch(
    () => undefined,
  );
  return answer?.ok ? 0 : 1;
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigurationMistakes ? error.message : error);
    process.exit(1);
  },
);
