import 'reflect-metadata';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BACKUP_COMMANDS, type BackupCommand } from './admin/commands/backup-commands.list.js';
import { COMMANDS } from './admin/commands/commands.list.js';
import { help } from './admin/commands/help.js';
import type { Config } from './config/config.js';
import { loadConfig, unknownSettings } from './config/load.js';
import { explain } from './start-failure.js';

const EXIT_USAGE = 64;
const typed = process.argv.slice(2);
/** `--help` is known to everybody, and nobody is called so. */
const words = typed.some((word) => word === '--help' || word === '-h')
  ? ['help', ...typed.filter((word) => !word.startsWith('-'))]
  : typed;
/** A command is one word or two. */
const command =
  [words.slice(0, 2).join(' '), words[0] ?? 'help'].find((name) => Object.hasOwn(COMMANDS, name)) ??
  words[0] ??
  'help';
const args = words.slice(command.split(' ').length);

async function run(): Promise<number> {
  process.umask(0o077);
  // A container asks this every few seconds: it must not load the whole program for it.
  if (command === 'health') return health(loadConfig(process.env));
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  const needed = known?.parameters.length ?? 0;
  const most = known?.mostWords ?? needed + (known?.optional?.length ?? 0);
  if (!known || args.length < needed || args.length > most) {
    if (command !== 'help') console.error(help(command));
    else console.log(help(args.join(' ')));
    return command === 'help' ? 0 : EXIT_USAGE;
  }
  // Nothing of the program runs in these: a backup migrates nothing, and a restore has no secret yet.
  if (Object.hasOwn(BACKUP_COMMANDS, command)) {
    const { runBackupCommand } = await import('./backup-commands.js');
    const { message, exitCode } = await runBackupCommand(command as BackupCommand, args);
    console.log(message);
    return exitCode;
  }
  if (command === 'doctor') return doctor();
  return runInside();
}

/** Also where nothing would start: it takes the settings as they are, and no module of the server. */
async function doctor(): Promise<number> {
  const isForScripts = args[0] === '--json';
  if (args.length > 0 && !isForScripts) {
    console.error(help('doctor'));
    return EXIT_USAGE;
  }
  const { entities } = await import('./entities.js');
  const { examine } = await import('./ops/doctor/examine.js');
  const { asJson, asText, EXIT, worst } = await import('./ops/doctor/findings.js');
  const { migrations } = await import('./migrations.js');
  const findings = await examine({ env: process.env, entities, migrations });
  console.log(isForScripts ? asJson(findings) : asText(findings));
  return EXIT[worst(findings)];
}

/** With every module of the server, and without listening. */
async function runInside(): Promise<number> {
  const { NestFactory } = await import('@nestjs/core');
  const { AppModule } = await import('./app.module.js');
  const { Shell } = await import('./admin/commands/shell.js');
  const { createLogger } = await import('./http/logger.js');
  const config = loadConfig(process.env);
  for (const setting of unknownSettings(process.env))
    console.error(`${setting} is not a setting and has no effect`);
  const app = await NestFactory.createApplicationContext(AppModule.with(config), {
    logger: createLogger({ logLevel: 'error', logFormat: config.logFormat }),
    abortOnError: false,
  });
  try {
    const { done, message, lines, exitCode } = await app.get(Shell).run(command, args);
    if (lines) await print(lines);
    else console.log(message);
    return exitCode ?? (done ? 0 : 1);
  } finally {
    await app.close();
  }
}

/** As fast as it is read. Whoever has read enough (`| head`) closes the pipe, and that is no failure. */
async function print(lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** The container's health check: it needs no other program. */
async function health({ ownAddress }: Config): Promise<number> {
  const answer = await fetch(`${ownAddress}/health/ready`, { signal: AbortSignal.timeout(4000) }).catch(
    () => undefined,
  );
  return answer?.ok ? 0 : 1;
}

// Should it ever end before it is done, that is no success.
process.exitCode = 1;
run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { message, exitCode } = explain(error);
    console.error(message);
    process.exit(exitCode);
  },
);
