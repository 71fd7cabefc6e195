import { parse } from 'node-html-parser';
import supertest from 'supertest';
import { Browser, type Page } from '../support/browser.js';

/** A browser that also goes where it is sent: to applications that listen, each an origin with cookies of its own. */
export class Traveller extends Browser {
  private readonly agents = new Map<string, Browser['agent']>();

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
    const agent = this.agents.get(url.origin) ?? supertest.agent(url.origin);
    this.agents.set(url.origin, agent);
    // As browsers ask for a page; some applications answer anything else with 401 instead of a sign-in.
    const response = await agent
      .get(url.pathname + url.search)
      .set('Accept', 'text/html')
      .redirects(0)
      .ok(() => true);
    const next = response.headers['location'];
    if (next) return this.open(new URL(next, url).href);

    const { status, text, headers } = response as { status: number; text: string; headers: Page['headers'] };
    this.sentTo = url;
    this.page = { status, path: url.pathname, html: parse(text), text, headers };
    return this.page;
  }
}
