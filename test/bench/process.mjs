import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '..', '..');

/** A measured server: a process of its own, which says what it has used. */
export class MeasuredServer {
  #child;
  #waiting = new Map();
  #asked = 0;

  /** @param program a path below the project's root @returns once it answers; `started` says how long that took (ms) */
  static async start({ name, program, env, port, flags = [] }) {
    const server = new MeasuredServer();
    const begun = performance.now();
    server.name = name;
    server.port = port;
    server.#child = spawn(
      process.execPath,
      ['--expose-gc', ...flags, '--import', join(here, 'probe.mjs'), join(root, program)],
      { cwd: root, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    let output = '';
    for (const stream of [server.#child.stdout, server.#child.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
    server.#child.on('message', (answer) => {
      server.#waiting.get(answer.id)?.(answer);
      server.#waiting.delete(answer.id);
    });
    while (!(await answers(port))) {
      if (server.#child.exitCode !== null || performance.now() - begun > 30_000)
        throw new Error(`${name} did not start:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    server.started = performance.now() - begun;
    return server;
  }

  /** CPU in microseconds since the start, memory in bytes, the event loop's p99 delay in milliseconds. */
  usage({ collect = false } = {}) {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, collect });
    });
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(late);
  }
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`)).ok;
  } catch {
    return false;
  }
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
