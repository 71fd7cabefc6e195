import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { TestServer } from '../support/server.js';

describe('what is not there', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each([
    '/nothing',
    '/oidc/anything',
    '/oidc/jwksx',
    '/interaction',
    '/dashboard/nothing',
    '/assets/nothing.css',
  ])('%s gets a page that says so, and a way back', async (path) => {
    const browser = new Browser(server, { Accept: 'text/html' });
    await browser.open(path);
    expect(browser.page.status).toBe(404);
    expect(browser.page.text).toContain('There is no page here');
    expect(browser.page.html.querySelector('main a[href="/"]')).not.toBeNull();
    expect(browser.page.headers['cache-control']).toBe('no-store');
  });
});
