import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { BackchannelApplication, cibaClients } from '../support/ciba.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const PAGES = ['', '/profile', '/sessions', '/approvals'];

describe('the navigation of the account pages', () => {
  let server: TestServer;
  let person: Person;
  let browser: Browser;
  beforeAll(async () => {
    server = await TestServer.start({ clients: cibaClients('https://calls.example/ping') });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    person = somebody();
    await addEnrolled(server, person);
    browser = new Browser(server);
    await browser.signIn(person);
  });

  /** What leads somewhere: beside every page, and on the overview, which is all that a phone shows. */
  async function links(page: string, path: string): Promise<string[]> {
    await browser.open(`/dashboard${page}`);
    return browser.page.html
      .querySelectorAll(`nav a[href='${path}'], .tiles li:has(a[href='${path}'])`)
      .map(({ text }) => text.replace(/\s+/g, ' ').trim());
  }

  it('leads to the approvals, and says how many wait', async () => {
    for (const page of PAGES) expect((await links(page, '/dashboard/approvals'))[0]).toBe('Approvals');
    expect(await links('', '/dashboard/approvals')).toContain('Approvals Nothing waits for your answer.');

    await new BackchannelApplication(server, 'till').ask(person.username, {});
    await new BackchannelApplication(server, 'bank').ask(person.username, { scope: 'openid' });
    for (const page of PAGES) expect((await links(page, '/dashboard/approvals'))[0]).toBe('Approvals (2)');
    expect(await links('', '/dashboard/approvals')).toContain('Approvals Waiting for your answer: 2');
    await browser.open('/dashboard/approvals');
    await browser.press('refuse-0');
    expect((await links('', '/dashboard/approvals'))[0]).toBe('Approvals (1)');
  });

  it('leads operators, and nobody else, to the operators’ pages', async () => {
    for (const page of PAGES) expect(await links(page, '/admin')).toEqual([]);
    expect(browser.page.text).not.toContain('For operators');

    await shell(server, 'operator-add', person.username);
    for (const page of PAGES) expect((await links(page, '/admin'))[0]).toBe('Operators’ pages');
    expect(await links('', '/admin')).toHaveLength(2);
    expect(browser.page.text).toContain('For operators');

    await shell(server, 'operator-remove', person.username);
    for (const page of PAGES) expect(await links(page, '/admin')).toEqual([]);
  });
});
