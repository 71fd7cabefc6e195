import 'reflect-metadata';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BACKUP_COMMANDS, type BackupCommand } from './admin/commands/backup-commands.list.js';
import { COMMANDS } from './admin/commands/commands.list.js';
import { help } from './admin/commands/help.js';
import { asJson, EXIT_USAGE, said, type Outcome } from './admin/commands/outcome.js';
import { aboutWhat, typedCommand } from './admin/commands/typed.js';
import { argumentsOf, fits, JSON_OPTION } from './admin/commands/words.js';
import { ConfigurationMistakes, type Config } from './config/config.js';
import { loadConfig, unknownSettings } from './config/load.js';
import { programVersion } from './config/version.js';
import { explain } from './start-failure.js';

const typed = process.argv.slice(2);
const wantsJson = typed.includes(JSON_OPTION);
/** `--help` is known to everybody, and nobody is called so. */
const words = typed.some((word) => word === '--help' || word === '-h')
  ? ['help', ...typed.filter((word) => !word.startsWith('-'))]
  : typed[0] === '--version'
    ? ['version', ...typed.slice(1)]
    : typed;
const { command, rest } = typedCommand(words);

async function run(): Promise<number> {
  process.umask(0o077);
  // A container asks this every few seconds: it must not load the whole program for it.
  if (command === 'health') return health(loadConfig(process.env));
  if (command === 'version')
    return tell({ done: true, message: programVersion(), facts: { version: programVersion() } });
  if (command === 'help') {
    const words = rest.filter((word) => word !== JSON_OPTION);
    const about = words.length === 0 ? '' : aboutWhat(words);
    (about === undefined ? console.error : console.log)(help(about ?? words.join(' ')));
    return about === undefined ? EXIT_USAGE : 0;
  }
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  const args = known ? argumentsOf(known, rest) : [...rest];
  if (!known || !fits(known, args)) {
    console.error(help(command));
    return EXIT_USAGE;
  }
  return tell(await outcomeOf(args));
}

async function outcomeOf(args: string[]): Promise<Outcome> {
  // Nothing of the program runs in these: a backup migrates nothing, and a restore has no secret yet.
  if (Object.hasOwn(BACKUP_COMMANDS, command)) {
    const { runBackupCommand } = await import('./backup-commands.js');
    return runBackupCommand(command as BackupCommand, args);
  }
  if (command === 'migrate') {
    const { runMigrate } = await import('./migrate-command.js');
    return runMigrate(loadConfig(process.env), { dryRun: args.length > 0 });
  }
  return command === 'doctor' ? doctor() : runInside(args);
}

/** Also where nothing would start: it takes the settings as they are, and no module of the server. */
async function doctor(): Promise<Outcome> {
  const { entities } = await import('./entities.js');
  const { examine } = await import('./ops/doctor/examine.js');
  const findings = await import('./ops/doctor/findings.js');
  const { migrations } = await import('./migrations.js');
  const found = await examine({ env: process.env, entities, migrations });
  const exitCode = findings.EXIT[findings.worst(found)];
  return wantsJson
    ? { done: exitCode === 0, exitCode, message: findings.asJson(found), isJson: true }
    : // What is wrong is what was asked for.
      { done: true, exitCode, message: findings.asText(found) };
}

/** With every module of the server, and without listening. */
async function runInside(args: string[]): Promise<Outcome> {
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
    const outcome = await app.get(Shell).run(command, args);
    // Before the database is closed.
    if (outcome.lines) await print(outcome.lines);
    return outcome;
  } finally {
    await app.close();
  }
}

/** @returns the exit code */
function tell(outcome: Outcome): number {
  const { text, to } = said(outcome, wantsJson);
  if (!outcome.lines && text !== '') (to === 'output' ? console.log : console.error)(text);
  return outcome.exitCode ?? (outcome.done ? 0 : 1);
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
  const ready = (await answer?.json().catch(() => undefined)) as { status?: string } | undefined;
  const message = ready?.status ?? `no server of Gatehouse answers at ${ownAddress}`;
  const done = answer?.ok === true && ready?.status === 'ok';
  if (wantsJson) console.log(asJson({ done, message }));
  else if (!done) console.error(message);
  return done ? 0 : 1;
}

// Should it ever end before it is done, that is no success.
process.exitCode = 1;
run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { message, exitCode } = explain(error);
    // Of settings, and of a clients file: each by itself, with its line.
    const mistakes = error instanceof ConfigurationMistakes ? { mistakes: error.mistakes } : {};
    if (wantsJson) console.log(asJson({ done: false, message, ...mistakes }));
    else console.error(message);
    process.exit(exitCode);
  },
);
