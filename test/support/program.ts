import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/root.js';

const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  scripts: Record<'start' | 'gatehouse', string>;
};
/** The built program as a process of its own, as an operator starts it. */
export class Program {
  output = '';
  /** What a script would read of it. */
  stdout = '';
  private readonly child: ChildProcess;

  /** @param args of Node; absent: those of `npm start` */
  constructor(env: Record<string, string>, args: string[] = Program.argumentsOf('start')) {
    this.child = spawn(process.execPath, args, {
      cwd: projectRoot,
      env: { PATH: process.env['PATH']!, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
  }

  /** Flags and file of one of npm's scripts: what people run is what is tested. */
  static argumentsOf(script: keyof typeof scripts): string[] {
    return scripts[script].split(' ').slice(1);
  }

  /** As `npm run gatehouse -- <words>`. */
  static shell(env: Record<string, string>, ...words: string[]): Program {
    return new Program(env, [...Program.argumentsOf('gatehouse'), ...words]);
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
