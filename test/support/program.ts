import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { projectRoot } from '../../src/config/root.js';

/** The built program as a process of its own, as an operator starts it. */
export class Program {
  output = '';
  private readonly child: ChildProcess;

  constructor(env: Record<string, string>, args: string[] = ['dist/src/main.js']) {
    this.child = spawn(process.execPath, args, {
      cwd: projectRoot,
      env: { PATH: process.env['PATH']!, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Waits for a text in the output. @returns milliseconds it took */
  async said(text: string, patience = 15_000): Promise<number> {
    const started = performance.now();
    while (!this.output.includes(text)) {
      if (performance.now() - started > patience || this.child.exitCode !== null)
        throw new Error(`"${text}" was not said:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return performance.now() - started;
  }

  /** @returns the exit code; null when it was killed */
  async ended(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      if (signal) this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}
