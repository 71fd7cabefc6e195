import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { availableTools, reportMissing } from './tools.mjs';

/** Starts a PostgreSQL of the tests' own; every test server gets a database in it. */
export default async function setUp() {
  reportMissing();
  const { postgresql } = availableTools();
  if (!postgresql) return;

  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgresql-'));
  const port = await freePort();
  // PostgreSQL refuses to run as root; Debian's package brings a user for it.
  const asOwner =
    process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  if (asOwner.length > 0) {
    const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
    chownSync(folder, id('-u'), id('-g'));
  }
  const run = (program, ...args) => {
    const [command, ...rest] = [...asOwner, join(postgresql, program), ...args];
    const { status, stderr, error } = spawnSync(command, rest, {
      encoding: 'utf8',
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  };
  const user = 'gatehouse';
  run('initdb', '-D', join(folder, 'data'), '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N');
  const options = `-c listen_addresses=127.0.0.1 -p ${port} -c unix_socket_directories='' -c fsync=off -c max_connections=200`;
  run('pg_ctl', '-D', join(folder, 'data'), '-o', options, '-l', join(folder, 'log'), '-w', 'start');
  process.env.GATEHOUSE_TEST_POSTGRESQL = `postgresql://${user}@127.0.0.1:${port}/postgres`;
  globalThis.postgresql = {
    folder,
    stop: () => run('pg_ctl', '-D', join(folder, 'data'), '-m', 'immediate', 'stop'),
  };
  process.env.USER ??= userInfo().username;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
