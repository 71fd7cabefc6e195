import type { BackupCommand } from './admin/commands/backup-commands.list.js';
import { help } from './admin/commands/help.js';
import { asJson, usage, type Outcome } from './admin/commands/outcome.js';
import { backup } from './backup/backup.js';
import { failureOf } from './backup/failures.js';
import { restore } from './backup/restore.js';
import { verify } from './backup/verify.js';
import { loadConfig } from './config/load.js';
import { entities } from './entities.js';
import { SystemClock } from './kernel/clock.js';
import { migrations } from './migrations.js';

/** Runs a command that has no program around it. What comes of it is said as JSON, and by the exit code. */
export async function runBackupCommand(command: BackupCommand, args: string[]): Promise<Outcome> {
  const flags = args.filter((arg) => arg.startsWith('--'));
  const [file, ...more] = args.filter((arg) => !arg.startsWith('--'));
  if (!file || more.length > 0) return usage(help(command));
  try {
    const result = command === 'backup' ? await make(file) : await bringBack(file, flags[0]);
    return { done: true, message: asJson({ done: true, ...result }), isJson: true };
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    const { reason, says, exitCode } = failure;
    return { done: false, exitCode, message: asJson({ done: false, reason, says }), isJson: true };
  }
}

function known(): string[] {
  return migrations.sqlite.map(({ name }) => name);
}

function make(file: string) {
  return backup(loadConfig(process.env), new SystemClock(), { target: file, known: known() });
}

async function bringBack(file: string, flag: string | undefined) {
  if (flag === '--verify') {
    const { createApp } = await import('./app.js');
    return verify(process.env, file, { known: known(), createApp });
  }
  return restore(process.env, file, { overwrite: flag === '--overwrite', known: known(), entities });
}
