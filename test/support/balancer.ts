import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { projectRoot } from '../../src/config/root.js';
import { availableTools } from './tools.mjs';

/** HAProxy with the very file that an operator is given; only the addresses are this test's. */
export class Balancer {
  private constructor(private readonly child: ChildProcess) {}

  static async start(folder: string, port: number, instances: readonly [number, number]): Promise<Balancer> {
    const given = readFileSync(join(projectRoot, 'docs/deployment/haproxy.cfg'), 'utf8');
    const written = given
      .replace('bind :3000', `bind 127.0.0.1:${port}`)
      .replace('gatehouse-1:3000', `127.0.0.1:${instances[0]}`)
      .replace('gatehouse-2:3000', `127.0.0.1:${instances[1]}`);
    if (written.split('127.0.0.1').length !== 4) throw new Error('haproxy.cfg has other addresses by now');
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, written);
    const child = spawn(availableTools().haproxy!, ['-db', '-f', file], { stdio: 'ignore' });
    const balancer = new Balancer(child);
    for (let tries = 0; tries < 200; tries++) {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
      if (answer?.ok) return balancer;
      await pause(50);
    }
    await balancer.stop();
    throw new Error('HAProxy found no instance that is ready');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill();
    await exit;
  }
}
