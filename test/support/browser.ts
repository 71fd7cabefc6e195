import { parse, type HTMLElement } from 'node-html-parser';
import supertest from 'supertest';
import { Authenticator } from './authenticator.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';
import type { Deviations, SoftwareAuthenticator } from './software-authenticator.js';

type Agent = ReturnType<typeof supertest.agent>;
type Values = Record<string, string>;

export interface Page {
  readonly status: number;
  readonly path: string;
  readonly html: HTMLElement;
  readonly text: string;
  readonly headers: Record<string, string>;
}

/** A browser without scripts: keeps cookies, follows redirects within the server, fills forms in as a person would. */
export class Browser {
  readonly agent: Agent;
  page!: Page;
  /** Where the server sent the browser outside of itself: an application's callback. */
  sentTo: URL | undefined;
  /** Every path that was asked for, in order. */
  readonly visited: string[] = [];
  private readonly origin: string;

  constructor(
    readonly server: TestServer,
    /** Headers sent with every request. */
    private readonly headers: Values = {},
  ) {
    this.origin = new URL(server.url).origin;
    this.agent = supertest.agent(this.origin);
  }

  /** @param address a path below the public URL, or an absolute URL */
  async open(address: string): Promise<Page> {
    const url = new URL(address.startsWith('/') ? this.server.url + address : address);
    return this.follow(await this.get(url.pathname + url.search), url.pathname + url.search);
  }

  /** Presses a button: sends the form it belongs to, with `values` typed in. */
  async press(id: string, values: Values = {}): Promise<Page> {
    const { method, path, fields } = this.form(id, values);
    return method === 'get'
      ? this.open(`${this.origin}${path}?${new URLSearchParams(fields).toString()}`)
      : this.post(path, fields);
  }

  /** The form a button belongs to, filled in. */
  form(id: string, values: Values = {}): { method: string; path: string; fields: Values } {
    const button = this.page.html.getElementById(id);
    if (!button)
      throw new Error(
        `no #${id} on ${this.page.path} (${this.page.status}): ${this.page.text.slice(0, 300)}`,
      );
    const form = button.closest('form')!;
    const fields: Values = {};
    for (const input of form.querySelectorAll('input')) {
      const type = input.getAttribute('type');
      if ((type === 'checkbox' || type === 'radio') && !input.hasAttribute('checked')) continue;
      const name = input.getAttribute('name');
      if (name) fields[name] = input.getAttribute('value') ?? '';
    }
    const name = button.getAttribute('name');
    if (name) fields[name] = button.getAttribute('value') ?? '';
    return {
      method: form.getAttribute('method') ?? 'get',
      path: this.pathOf(form.getAttribute('action')!),
      fields: { ...fields, ...values },
    };
  }

  async post(path: string, fields: Values | string, headers: Values = {}): Promise<Page> {
    const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
    const response = await this.agent
      .post(path)
      .set({
        ...this.headers,
        Origin: this.origin,
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      })
      .redirects(0)
      .ok(() => true)
      .send(body);
    this.visited.push(path);
    return this.follow(response, path);
  }

  /** One request that is not followed: what a tool sees, and where someone stops half-way. */
  async once(method: 'GET' | 'POST', path: string, fields: Values = {}): Promise<supertest.Response> {
    this.visited.push(path);
    const request = (method === 'GET' ? this.agent.get(path) : this.agent.post(path))
      .set(this.headers)
      .redirects(0)
      .ok(() => true);
    if (method === 'GET') return request;
    return request.set('Origin', this.origin).type('form').send(new URLSearchParams(fields).toString());
  }

  /** The anti-forgery token of the page shown, for posts that no button of it makes. */
  get formToken(): string {
    return this.page.html.querySelector('input[name=_csrf]')!.getAttribute('value')!;
  }

  /** Holds from now on what another browser holds for a path: its cookies were stolen, or planted here. */
  takeCookies(from: Browser, path = '/'): void {
    const info = { domain: 'localhost', path, secure: false, script: false };
    for (const cookie of from.agent.jar.getCookies(info))
      this.agent.jar.setCookie(cookie.toString(), 'localhost', cookie.path);
  }

  async click(id: string): Promise<Page> {
    const link = this.page.html.getElementById(id);
    if (!link) throw new Error(`no #${id} on ${this.page.path}`);
    return this.open(new URL(link.getAttribute('href')!, this.origin).href);
  }

  /** The values of the cookies this browser holds, by name. */
  cookies(path = '/'): Values {
    const info = { domain: 'localhost', path, secure: false, script: false };
    return Object.fromEntries(
      this.agent.jar
        .getCookies(info as never)
        .map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
  }

  // ---- what people do ----

  async register(person: Person): Promise<void> {
    await this.open('/register');
    await this.press('submit', { username: person.username, email: person.email, password: person.password });
  }

  /** On the sign-in page. */
  async enterPassword(person: Person, identifier = person.username): Promise<Page> {
    return this.press('submit', { username: identifier, password: person.password });
  }

  /** On the second-factor page. Each code works once, so time passes first. */
  async enterTotp(person: Person): Promise<Page> {
    this.server.clock.advance(person.authenticator!.period);
    return this.press('submit', { code: person.authenticator!.code(this.server.clock.now()) });
  }

  /** On a page that asks for a passkey, as the script there would: asks the authenticator, and sends the form. */
  async usePasskey(
    authenticator: SoftwareAuthenticator,
    values: Values = {},
    how: Deviations = {},
  ): Promise<Page> {
    const form = this.page.html.querySelector('form[data-passkey=get]');
    if (!form) throw new Error(`${this.page.path} asks for no passkey`);
    const credential = authenticator.get(form.getAttribute('data-options')!, how);
    return this.press(form.querySelector('button')!.id, { credential, ...values });
  }

  /** On a set-up page: an app that has taken the secret over. */
  offeredAuthenticator(): Authenticator {
    const uri = this.page.html
      .querySelector('a[href^="otpauth:"]')!
      .getAttribute('href')!
      .replaceAll('&amp;', '&');
    return new Authenticator(new URL(uri).searchParams.get('secret')!);
  }

  /** On a set-up page: reads the secret, types the first code, keeps the backup codes where there are some. */
  async setUpAuthenticator(person: Person): Promise<Page> {
    person.authenticator = this.offeredAuthenticator();
    this.server.clock.advance(30_000);
    const page = await this.press('submit', { code: person.authenticator.code(this.server.clock.now()) });
    // Only the first factor brings codes along.
    const codes = backupCodesOn(page);
    if (codes.length > 0) person.backupCodes = codes;
    return page;
  }

  /** On the page that shows new backup codes: they are saved, which one of them shows. */
  async typeBackupCodeBack(): Promise<Page> {
    return this.press('submit', { code: backupCodesOn(this.page)[0]! });
  }

  /** Signs in to the account pages, second factor included. */
  async signIn(person: Person): Promise<Page> {
    await this.open('/dashboard');
    await this.enterPassword(person);
    if (person.authenticator) await this.enterTotp(person);
    return this.page;
  }

  /** Signs in and enrols an authenticator on the account pages. */
  async signInAndEnrol(person: Person): Promise<void> {
    await this.signIn(person);
    await this.open('/dashboard/second-factor/set-up');
    await this.setUpAuthenticator(person);
    await this.typeBackupCodeBack();
  }

  // ---- inside ----

  /** A form may name its target in full. */
  private pathOf(action: string): string {
    const { pathname, search } = new URL(action.replaceAll('&amp;', '&'), this.origin);
    return pathname + search;
  }

  private async get(path: string) {
    this.visited.push(path);
    return this.agent
      .get(path)
      .set(this.headers)
      .redirects(0)
      .ok(() => true);
  }

  private async follow(first: supertest.Response, at: string): Promise<Page> {
    let response = first;
    let path = at;
    this.sentTo = undefined;
    for (let hops = 0; [301, 302, 303, 307, 308].includes(response.status); hops++) {
      if (hops > 15) throw new Error(`redirected for ever, last to ${response.headers['location']}`);
      const next = new URL(response.headers['location']!, this.origin + path);
      if (next.origin !== this.origin) {
        this.sentTo = next;
        break;
      }
      path = next.pathname + next.search;
      response = await this.get(path);
    }
    const html = parse(response.text ?? '');
    const text = (html.querySelector('main') ?? html).text.replace(/\s+/g, ' ').trim();
    this.page = {
      status: response.status,
      path,
      html,
      text,
      headers: response.headers,
    };
    return this.page;
  }
}

export function backupCodesOn(page: Page): string[] {
  return [...new Set(page.html.toString().match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/g) ?? [])];
}

/** What stands in the fields of a page's form, lists and long texts too. */
export function fieldsOn({ page }: Browser, button = 'submit'): Values {
  const form = page.html.getElementById(button)!.closest('form')!;
  const fields: Values = {};
  for (const each of form.querySelectorAll('input, select, textarea')) {
    const name = each.getAttribute('name')!;
    const chosen = each.querySelector('option[selected]') ?? each.querySelector('option');
    if (each.tagName === 'SELECT') fields[name] = chosen?.getAttribute('value') ?? '';
    else if (each.tagName === 'TEXTAREA') fields[name] = each.text.replace(/^\n/, '');
    else if (each.getAttribute('type') !== 'checkbox' || each.hasAttribute('checked'))
      fields[name] = each.getAttribute('value') ?? '';
  }
  return fields;
}
