import { spawn, type ChildProcess } from 'node:child_process';
import { BackupFailure } from './failures.js';

/** PostgreSQL's own programs, driven with the URL that the server uses. */
type Program = 'pg_dump' | 'pg_restore';

const PLAIN = ['--no-owner', '--no-privileges'];

/** The dump as it is made. @throws BackupFailure */
export async function* dumpOf(url: string): AsyncGenerator<Buffer, void> {
  const child = start('pg_dump', url, ['--format=custom', '--compress=0', ...PLAIN]);
  const ended = endOf('pg_dump', child);
  for await (const bytes of child.stdout!) yield bytes as Buffer;
  await ended;
}

/** All of it or nothing. @throws BackupFailure */
export async function restoreDump(url: string, file: string): Promise<void> {
  const child = start('pg_restore', url, ['--single-transaction', '--exit-on-error', ...PLAIN, file]);
  child.stdout!.resume();
  await endOf('pg_restore', child);
}

/** The password goes through the environment: everybody on the machine can read a program's arguments. */
function start(program: Program, url: string, args: string[]): ChildProcess {
  const target = new URL(url);
  const password = decodeURIComponent(target.password);
  target.password = '';
  return spawn(program, ['--dbname', target.href, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(password ? { PGPASSWORD: password } : {}) },
  });
}

function endOf(program: Program, child: ChildProcess): Promise<void> {
  let complaint = '';
  child.stderr!.on('data', (bytes: Buffer) => (complaint = (complaint + bytes.toString()).slice(0, 4_000)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'ENOENT'
          ? new BackupFailure(
              'program-missing',
              `${program} is not installed: on Debian \`apt-get install postgresql-client\`, at least as new as the server`,
            )
          : cause,
      ),
    );
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new BackupFailure('program-failed', `${program} failed: ${complaint.trim()}`)),
    );
  });
  // It may fail before anybody waits for it.
  ended.catch(() => {});
  return ended;
}
