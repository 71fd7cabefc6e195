import { Browser } from '../support/browser.js';
import type { TestServer } from '../support/server.js';
import type { Task, Way } from './browser.mjs';

/** The suite's placeholder for a screenshot, as far as the commands fill it in. */
export interface Seen {
  readonly task: string;
  readonly text: string;
}

/** Where the suite listens, in these tests: nothing does, the browser is merely sent there. */
export const SUITE = 'https://suite.example';
export const ALIAS = 'gatehouse';

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const matches = (pattern: string, url: string) =>
  new RegExp(`^${pattern.split('*').map(literally).join('[^]*')}$`).test(url);

/**
 * Does what the suite's browser does with the commands of browser.mjs: a task after the other on the page it is on, and fails
 * where that one fails. Behind the last page of ours there is the application, which answers nothing here.
 */
export class SuiteBrowser {
  readonly browser: Browser;
  /** The pages whose text a command has waited for. */
  readonly seen: Seen[] = [];
  /** Tasks that found their page, in order. */
  readonly done: string[] = [];

  constructor(
    private readonly server: TestServer,
    headers: Record<string, string> = { Accept: 'text/html,*/*;q=0.1', 'Accept-Language': 'en-US' },
  ) {
    this.browser = new Browser(server, headers);
  }

  /** Goes to one of our addresses and works the way through. @returns where the application was reached, if it was */
  async go(url: string, ways: readonly Way[], method: 'GET' | 'POST' = 'GET'): Promise<URL | undefined> {
    const way = ways.find(({ match }) => matches(match, url));
    if (!way) throw new Error(`no commands for ${url}`);
    const { pathname, search } = new URL(url);
    if (method === 'GET') await this.browser.open(url);
    else await this.browser.post(pathname, search.slice(1), { Origin: SUITE });
    this.done.length = 0;
    for (const task of way.tasks) await this.work(task);
    return this.browser.sentTo ?? this.postedTo();
  }

  private async work({ task, match = '*', optional, commands = [] }: Task): Promise<void> {
    if (!matches(match, this.url())) {
      if (optional) return;
      throw new Error(`"${task}" expected ${match}, but the browser is at ${this.url()}`);
    }
    this.done.push(task);
    const typed: Record<string, string> = {};
    for (const [command, by, target, value, wanted] of commands) {
      if (command === 'wait') this.wait(task, by as string, wanted as string | undefined);
      else if (by !== 'id') throw new Error(`unknown: ${command} by ${by}`);
      else if (command === 'text') typed[this.field(target as string)] = value as string;
      else await this.browser.press(target as string, typed);
    }
  }

  private wait(task: string, by: string, wanted: string | undefined): void {
    if (by === 'id') return;
    const { text } = this.browser.page.html;
    if (!new RegExp(wanted!).test(text)) throw new Error(`"${task}": no ${wanted} in: ${text.trim()}`);
    this.seen.push({ task, text });
  }

  private field(id: string): string {
    const field = this.browser.page.html.getElementById(id);
    if (!field) throw new Error(`no #${id} at ${this.url()}`);
    return field.getAttribute('name')!;
  }

  private url(): string {
    const outside = this.browser.sentTo ?? this.postedTo();
    return outside?.href ?? new URL(this.server.url).origin + this.browser.page.path;
  }

  /** The suite's browser runs the script that posts an answer of `form_post`. @returns as if it were a query */
  private postedTo(): URL | undefined {
    const { html } = this.browser.page;
    const action = html.querySelector('form')?.getAttribute('action');
    if (!action?.startsWith(SUITE)) return undefined;
    const fields = html
      .querySelectorAll('input[type=hidden]')
      .map((input): [string, string] => [input.getAttribute('name')!, input.getAttribute('value')!]);
    return new URL(`${action}?${new URLSearchParams(fields).toString()}`);
  }
}
