import { parse } from 'node-html-parser';
import { Browser, type Page } from '../support/browser.js';

/** A browser that also goes where it is sent: to applications that listen, each an origin with cookies of its own. */
export class Traveller extends Browser {
  private readonly cookieJars = new Map<string, Map<string, string>>();

  constructor(
    server: Browser['server'],
    /** Origins of the applications that listen; anywhere else it stops, with `sentTo` set. */
    private readonly applications: string[] = [],
  ) {
    super(server);
  }

  override async open(address: string): Promise<Page> {
    const url = new URL(address, this.server.url);
    return this.applications.includes(url.origin) ? this.visit(url) : this.travel(await super.open(address));
  }

  override async post(...[address, ...rest]: Parameters<Browser['post']>): Promise<Page> {
    const { pathname, search } = new URL(address, this.server.url);
    return this.travel(await super.post(pathname + search, ...rest));
  }

  private async travel(page: Page): Promise<Page> {
    return this.sentTo && this.applications.includes(this.sentTo.origin) ? this.visit(this.sentTo) : page;
  }

  private async visit(url: URL): Promise<Page> {
    const cookies = this.cookieJars.get(url.origin) ?? new Map<string, string>();
    this.cookieJars.set(url.origin, cookies);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map((cookie) => cookie.join('=')).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const next = response.headers.get('Location');
    if (next) return this.open(new URL(next, url).href);

    const text = await response.text();
    const headers = Object.fromEntries(response.headers);
    this.sentTo = url;
    this.page = { status: response.status, path: url.pathname, html: parse(text), text, headers };
    return this.page;
  }
}
