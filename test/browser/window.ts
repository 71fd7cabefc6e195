import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Person } from '../support/people.js';
import type { TestServer } from '../support/server.js';
import type { WindowOptions } from './chromium.js';
import type { Hands } from './hands.js';
import type { Stage } from './stage.js';

/** A browser window with a person in front of it. */
export class Window {
  /** Requests to anywhere but this server, navigations excepted: a page of ours must make none. */
  readonly foreignRequests: string[] = [];
  /** What the browser complained of: policy violations, script errors. */
  readonly complaints: string[] = [];

  constructor(
    readonly page: Page,
    private readonly server: TestServer,
    private readonly hands: Hands,
  ) {
    const { origin } = new URL(server.url);
    const isOurs = (url: string) => url.startsWith('data:') || new URL(url).origin === origin;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) return;
      if (isOurs(page.url()) && !isOurs(request.url())) this.foreignRequests.push(request.url());
    });
    page.on('console', (message) => {
      // The status of the page itself (422 where a form is shown again) is no complaint.
      if (message.text().startsWith('Failed to load resource') && message.location().url === page.url())
        return;
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** Opens an address as if it had been typed, or followed from elsewhere. */
  async open(address: string): Promise<void> {
    await this.page.goto(address.startsWith('/') ? this.server.url + address : address);
  }

  async type(id: string, text: string): Promise<void> {
    await this.hands.type(this.page, id, text);
  }

  /** Presses a button or follows a link, and waits for where it leads. */
  async press(id: string): Promise<void> {
    await Promise.all([
      this.page.waitForEvent('framenavigated', (frame) => frame === this.page.mainFrame()),
      this.hands.press(this.page, id),
    ]);
    await this.page.waitForLoadState();
  }

  async submit(values: Record<string, string>): Promise<void> {
    for (const [id, text] of Object.entries(values)) await this.type(id, text);
    await this.press('submit');
  }

  async signIn({ username, password }: Pick<Person, 'username' | 'password'>): Promise<void> {
    await this.submit({ username, password });
  }

  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  get heading(): Promise<string> {
    return this.page.locator('h1').innerText();
  }

  get text(): Promise<string> {
    return this.page.locator('main').innerText();
  }

  /** The messages beside the fields and above the form. */
  get alerts(): Promise<string[]> {
    return this.page.getByRole('alert').allInnerTexts();
  }

  value(id: string): Promise<string> {
    return this.page.locator(`#${id}`).inputValue();
  }

  has(id: string): Promise<boolean> {
    return this.page.locator(`#${id}`).isVisible();
  }

  /** The backup codes that are on the page. */
  get backupCodes(): Promise<string[]> {
    return this.page.locator('#codes li').allInnerTexts();
  }

  /** On the page that shows new backup codes. */
  async typeBackupCodeBack(): Promise<void> {
    await this.submit({ code: (await this.backupCodes)[0]! });
  }

  screenshot(): Promise<Buffer> {
    return this.page.screenshot({ fullPage: true });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** A window of its own for a part of a journey, which must have given the browser nothing to complain of. */
export function inWindowOf(stage: Stage, how: WindowOptions, journey: (window: Window) => Promise<void>) {
  return async () => {
    const window = await stage.chromium.window(how);
    await journey(window);
    expect(window.complaints).toEqual([]);
    expect(window.foreignRequests).toEqual([]);
    await window.close();
  };
}
