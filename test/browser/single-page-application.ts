import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { oidcClientTs } from '../../src/applications/oidc-client-ts.application.js';
import { valuesFor } from '../../src/applications/values.js';
import type { Page } from 'playwright-core';
import type { Window } from './window.js';

const library = join(
  dirname(createRequire(import.meta.url).resolve('oidc-client-ts/package.json')),
  'dist/browser/oidc-client-ts.min.js',
);

/** What the page of an application without a server is made of; everything it knows of a person, it says in its heading. */
const PAGE = `<!doctype html><html lang="en"><title>Application</title><h1>Application</h1>
<script type="importmap">{ "imports": { "oidc-client-ts": "/oidc-client-ts.js" } }</script>
<script type="module" src="/page.js"></script>`;
const SCRIPT = `import { users } from '/users.js';
window.users = users;
const heading = document.querySelector('h1');
const show = (user) => { heading.textContent = user ? 'Hello ' + user.profile.preferred_username : 'Nobody'; };
users.events.addUserLoaded(show);
users.events.addUserUnloaded(() => show());
if (location.pathname === '/callback') {
  await users.signinCallback();
  if (self === top) history.replaceState({}, '', '/');
}
show(await users.getUser());`;

/** An application that is nothing but a page, made with oidc-client-ts as our own settings to paste have it. */
export class SinglePageApplication {
  private issuer = '';
  private readonly server = createServer((req, res) => this.answer(req.url!.split('?')[0]!, res));

  private constructor(
    readonly clientId: string,
    /** Which site it is of: `localhost` is the server's own, `127.0.0.1` another one. */
    private readonly host: string,
    private readonly fields: Record<string, unknown>,
  ) {}

  static async listen(
    clientId: string,
    host: string,
    fields: Record<string, unknown>,
  ): Promise<SinglePageApplication> {
    const application = new SinglePageApplication(clientId, host, fields);
    await new Promise<void>((listening) => application.server.listen(0, '127.0.0.1', listening));
    return application;
  }

  get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Its entry in the clients file. */
  get client(): Record<string, unknown> {
    return {
      client_id: this.clientId,
      client_name: `Application ${this.clientId}`,
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${this.url}/callback`],
      post_logout_redirect_uris: [`${this.url}/`],
      ...this.fields,
    };
  }

  connect(issuer: string): void {
    this.issuer = issuer;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(() => closed()));
  }

  private answer(path: string, res: ServerResponse): void {
    const isScript = path.endsWith('.js');
    res.setHeader('Content-Type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    if (path === '/favicon.ico') res.writeHead(204).end();
    else if (path === '/oidc-client-ts.js')
      res.end(`${readFileSync(library, 'utf8')}\nexport const { UserManager } = oidc;`);
    else if (path === '/users.js') res.end(this.settings());
    else res.end(isScript ? SCRIPT : PAGE);
  }

  /** The settings word for word, up to where the buttons begin. */
  private settings(): string {
    const values = valuesFor(this.issuer, this.clientId, oidcClientTs, this.client);
    const [setting] = oidcClientTs.settings(values);
    if (!setting || !('lines' in setting)) throw new Error('no settings');
    return setting.lines.slice(0, setting.lines.indexOf('});') + 1).join('\n');
  }
}

interface User {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token?: string;
  readonly profile: Record<string, unknown>;
}

/** What the page's own script offers. */
type Users = Record<'signinRedirect' | 'signoutRedirect' | 'stopSilentRenew', () => Promise<void>> &
  Record<'signinSilent' | 'signinPopup' | 'getUser', () => Promise<User | null>> & {
    readonly metadataService: { getUserInfoEndpoint(): Promise<string> };
  };

declare const users: Users;

/** A page of the application that is open in a window. */
export class OpenPage {
  constructor(private readonly window: Window) {}

  shows(heading: string): Promise<void> {
    return this.window.page.getByRole('heading', { name: heading, exact: true }).waitFor();
  }

  /** Begins a sign-in or a sign-out. */
  async leaveBy(how: 'signinRedirect' | 'signoutRedirect'): Promise<void> {
    const left = this.window.page.waitForEvent('framenavigated');
    await Promise.all([left, this.window.page.evaluate((name) => void users[name](), how)]);
  }

  get person(): Promise<User | null> {
    return this.window.page.evaluate(() => users.getUser());
  }

  /** Tries to renew in a frame. @returns what the server answered instead */
  refusal(): Promise<string | undefined> {
    return this.window.page.evaluate(() =>
      users.signinSilent().then(
        () => undefined,
        (refused: { error: string }) => refused.error,
      ),
    );
  }

  /** Begins a sign-in in a window of its own. @returns that window's page */
  async popUp(): Promise<Page> {
    const opened = this.window.page.waitForEvent('popup');
    await this.window.page.evaluate(() => void users.signinPopup());
    return opened;
  }

  /** Waits until the page has other tokens than these. */
  async renewed({ access_token: old }: User): Promise<User> {
    await this.window.page.evaluate(async (token) => {
      while ((await users.getUser())!.access_token === token)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await users.stopSilentRenew();
    }, old);
    return (await this.person)!;
  }

  /** Userinfo as the page's script can read it. */
  userinfo(): Promise<Record<string, unknown>> {
    return this.window.page.evaluate(async () => {
      const person = await users.getUser();
      const answer = await fetch(await users.metadataService.getUserInfoEndpoint(), {
        headers: { Authorization: `Bearer ${person!.access_token}` },
      });
      return (await answer.json()) as Record<string, unknown>;
    });
  }
}
