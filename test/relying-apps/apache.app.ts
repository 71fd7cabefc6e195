import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { modAuthOpenidc } from '../../src/applications/mod-auth-openidc.application.js';
import { SECRET_PLACEHOLDER, valuesFor } from '../../src/applications/values.js';
import { freePort } from '../support/server.js';
import { availableTools } from '../support/tools.mjs';

const CLIENT = { id: 'intranet', secret: 'intranet-secret-of-32-characters' };
const MODULES = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'headers',
  'proxy',
  'proxy_http',
  'auth_openidc',
];

/** An application that knows nothing of sign-in, and an Apache with mod_auth_openidc before it. */
export class ApacheApp {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-apache-'));
  private apache: ChildProcess | undefined;
  /** Says which headers it was sent. */
  private readonly behind: Server = createServer((req, res) => {
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify(req.headers));
  });

  private constructor(private readonly port: number) {}

  /** Takes a port, so that the redirect address is known before the client is registered. */
  static async at(): Promise<ApacheApp> {
    return new ApacheApp(await freePort());
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Its entry in the clients file. */
  get client() {
    const { redirectUris, postLogoutRedirectUris, backchannelLogoutUri, scope } = modAuthOpenidc.client;
    const here = (uri: string) => uri.replace('{app}', this.url);
    return {
      client_id: CLIENT.id,
      client_name: 'Intranet',
      client_secret: CLIENT.secret,
      redirect_uris: redirectUris.map(here),
      post_logout_redirect_uris: postLogoutRedirectUris!.map(here),
      backchannel_logout_uri: here(backchannelLogoutUri!),
      backchannel_logout_session_required: true,
      scope,
    };
  }

  async start(issuer: string): Promise<void> {
    await new Promise<void>((listening) => this.behind.listen(0, '127.0.0.1', listening));
    const configuration = join(this.folder, 'apache.conf');
    writeFileSync(configuration, this.configuration(issuer));
    // As root, Apache serves as somebody else, who keeps things here.
    chmodSync(this.folder, 0o755);
    this.apache = spawn(availableTools().apache2!, ['-f', configuration, '-D', 'FOREGROUND'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    this.apache.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    for (let waited = 0; ; waited += 50) {
      if (await fetch(this.url, { redirect: 'manual' }).catch(() => undefined)) return;
      if (waited > 10_000 || this.apache.exitCode !== null) throw new Error(`${said}\n${this.log}`);
      await pause(50);
    }
  }

  async stop(): Promise<void> {
    if (this.apache?.exitCode === null) {
      const exit = once(this.apache, 'exit');
      this.apache.kill('SIGTERM');
      await exit;
    }
    this.behind.closeAllConnections();
    await new Promise((closed) => this.behind.close(closed));
    rmSync(this.folder, { recursive: true });
  }

  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  private configuration(issuer: string): string {
    const modules = dirname(availableTools().mod_auth_openidc!);
    const isRoot = process.getuid?.() === 0;
    return [
      `ServerRoot ${this.folder}`,
      `DefaultRuntimeDir ${this.folder}`,
      `PidFile ${this.folder}/pid`,
      `ErrorLog ${this.folder}/log`,
      `Listen 127.0.0.1:${this.port}`,
      `ServerName localhost:${this.port}`,
      'StartServers 1',
      ...MODULES.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
      ...(isRoot ? ['User www-data', 'Group www-data'] : []),
      `ProxyPass /oidc/callback !`,
      `ProxyPass / http://127.0.0.1:${(this.behind.address() as AddressInfo).port}/`,
      'RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"',
      ...this.pasted(issuer),
    ].join('\n');
  }

  /** The settings to paste, word for word, with what only the operator knows. */
  private pasted(issuer: string): string[] {
    const values = valuesFor(issuer, CLIENT.id, modAuthOpenidc, this.client);
    return [...modAuthOpenidc.settings(values), ...modAuthOpenidc.groupSettings!(values)]
      .flatMap((setting) => ('lines' in setting ? setting.lines : []))
      .map((line) => line.replace(SECRET_PLACEHOLDER, CLIENT.secret))
      .map((line) => line.replace('REPLACE-WITH-A-RANDOM-SECRET', 'a-random-secret-of-the-tests-own'));
  }
}
