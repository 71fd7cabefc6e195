import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AccountCommands } from './admin/account-commands.js';
import { AppModule } from './app.module.js';
import { ConfigurationMistakes, type Config } from './config/config.js';
import { loadConfig } from './config/load.js';

const [command = 'help', identifier] = process.argv.slice(2);

async function run(): Promise<number> {
  const config = loadConfig(process.env);
  if (command === 'health') return health(config);

  const app = await NestFactory.createApplicationContext(AppModule.with(config), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  try {
    const commands = app.get(AccountCommands);
    if (!Object.hasOwn(commands.table, command) || !identifier) {
      const lines = Object.entries(commands.table).map(
        ([name, { help }]) => `  ${`${name} <user name or e-mail>`.padEnd(46)} ${help}`,
      );
      console.log(
        [
          'gatehouse <command>',
          '',
          `  ${'health'.padEnd(46)} exit code 0 when the server is ready`,
          ...lines,
        ].join('\n'),
      );
      return command === 'help' ? 0 : 64;
    }
    const result = await commands.run(command, identifier);
    console.log(result ?? `there is no account ${JSON.stringify(identifier)}`);
    return result ? 0 : 1;
  } finally {
    await app.close();
  }
}

/** The container's health check: it needs no other program. */
async function health({ ownAddress }: Config): Promise<number> {
  const answer = await fetch(`${ownAddress}/health/ready`, {
    signal: AbortSignal.timeout(4000),
  }).catch(() => undefined);
  return answer?.ok ? 0 : 1;
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigurationMistakes ? error.message : error);
    process.exit(1);
  },
);
