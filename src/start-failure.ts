import { ConfigurationMistakes } from './config/config.js';
import { isDatabaseAway } from './database/failures.js';
import { EXIT_NEWER_DATABASE, NewerDatabase } from './database/schema.js';

/** sysexits.h: EX_CONFIG. */
const EXIT_MISCONFIGURED = 78;

/** What an operator is told when the program, or a command, cannot start: a sentence with the mend, and no stack where there is one. */
export function explain(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof ConfigurationMistakes) return { message: error.message, exitCode: EXIT_MISCONFIGURED };
  if (error instanceof NewerDatabase)
    return { message: `Gatehouse cannot start: ${error.message}.`, exitCode: EXIT_NEWER_DATABASE };
  const { code, message, stack, port } = error as NodeJS.ErrnoException & { port?: number };
  if (isDatabaseAway(error)) {
    return {
      message: `Gatehouse cannot start: the database cannot be used (${message}). ${mendOf(message)}`,
      exitCode: 1,
    };
  }
  if (code === 'EADDRINUSE') {
    return {
      message: `Gatehouse cannot start: the port ${port ?? ''} is in use. Set GATEHOUSE_PORT (or GATEHOUSE_METRICS_PORT, if that is the one) to another one, or stop the program that has it.`,
      exitCode: 1,
    };
  }
  return { message: `Gatehouse cannot start: ${stack ?? message}`, exitCode: 1 };
}

/** SQLite has no server that could be away. */
function mendOf(message: string): string {
  return /SQLITE_|not a database|malformed|(?:unable to|cannot) open database|disk I\/O/.test(message)
    ? 'See to the owner and the rights of its file, and to the disk; if the file is damaged, restore the backup.'
    : 'Check DATABASE_URL and that the server runs.';
}
