import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { oidcAgent } from '../../src/applications/oidc-agent.application.js';
import { valuesFor } from '../../src/applications/values.js';
import { availableTools } from '../support/tools.mjs';

/** A command that runs, and what it has said so far. */
class Command {
  said = '';
  private readonly child: ChildProcess;
  private readonly exit: Promise<unknown>;

  constructor(line: string, env: NodeJS.ProcessEnv) {
    this.child = spawn('sh', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exit = once(this.child, 'close');
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
  }

  /** Waits for something to be said. @returns it */
  async hears(what: RegExp): Promise<string> {
    for (let waited = 0; waited < 15_000 && this.child.exitCode === null; waited += 50) {
      const [heard] = what.exec(this.said) ?? [];
      if (heard) return heard;
      await pause(50);
    }
    throw new Error(`${what} was not said: ${this.said}`);
  }

  /** @returns all that it said */
  async ended(): Promise<string> {
    await this.exit;
    if (this.child.exitCode !== 0) throw new Error(this.said);
    return this.said;
  }
}

/** oidc-agent on somebody's computer, with nothing configured. */
export class OidcAgent {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-agent-'));
  private readonly socket = join(this.folder, 'socket');
  private readonly env = {
    PATH: process.env['PATH'],
    HOME: this.folder,
    OIDC_CONFIG_DIR: this.folder,
    OIDC_SOCK: this.socket,
    OIDC_ENCRYPTION_PW: 'a password of the test',
  };
  private readonly agent: ChildProcess;

  private constructor(
    private readonly issuer: string,
    private readonly client: { readonly client_id: string },
    private readonly redirectUri: string,
  ) {
    const options = ['--console', `--socket-path=${this.socket}`];
    this.agent = spawn(availableTools()['oidc-agent']!, options, { env: this.env, stdio: 'ignore' });
  }

  /** @param redirectUri where it is to listen */
  static async start(issuer: string, client: OidcAgent['client'], redirectUri: string): Promise<OidcAgent> {
    const agent = new OidcAgent(issuer, client, redirectUri);
    for (let waited = 0; !existsSync(agent.socket) && waited < 10_000; waited += 50) await pause(50);
    return agent;
  }

  async stop(): Promise<void> {
    const exit = once(this.agent, 'exit');
    this.agent.kill('SIGTERM');
    await exit;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The command of the settings to paste, word for word, for a script: nobody is asked anything, and no browser opened. */
  generate(flow: 'code' | 'device'): Command {
    const { client_id: id } = this.client;
    const values = { ...valuesFor(this.issuer, id, oidcAgent, {}), redirectUri: this.redirectUri };
    const [setting] = oidcAgent.settings(values);
    if (!setting || !('lines' in setting)) throw new Error('no settings');
    const [, first, second] = setting.lines;
    const line = `${first}\n${second} --no-url-call --pw-env --prompt=none --confirm-default`;
    return new Command(line.replace('--flow=code', `--flow=${flow}`), this.env);
  }

  /** What a program of the command line gets; a scope of its own is asked for with the refresh token. */
  async token(scope?: string): Promise<string> {
    return (
      await new Command(`oidc-token gatehouse ${scope ? `--scope=${scope}` : ''}`, this.env).ended()
    ).trim();
  }
}
