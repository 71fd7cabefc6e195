import { describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import type { Browser } from '../support/browser.js';
import type { TestServer } from '../support/server.js';
import { somebodySignedIn } from '../support/signed-in.js';

const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example/',
  '/\t/evil.example/',
  '/%09/evil.example',
  '/\r\nLocation: https://evil.example/',
  'javascript:alert(1)',
  'evil.example',
  ' //evil.example',
  '',
];

describe('a link to us that leads on to a place of the attacker’s', () => {
  let server: TestServer;
  let browser: Browser;

  somebodySignedIn((ready) => ({ server, browser } = ready));

  const isOurs = (location: string) => new URL(location, server.url).origin === server.url;

  it('by the language switch', async () => {
    for (const target of ELSEWHERE) {
      const fields = { _csrf: browser.formToken, locale: 'en', return: target };
      const { status, headers } = await browser.once('POST', '/locale', fields);
      expect([target, status, isOurs(headers['location']!)]).toEqual([target, 303, true]);
    }
  });

  it('by the way back to the account pages', async () => {
    for (const target of [
      ...ELSEWHERE,
      '/dashboard/../../evil',
      '/dashboard//evil.example',
      '/dashboard/return',
    ]) {
      const path = `/dashboard/return?${new URLSearchParams({ state: target }).toString()}`;
      const { status, headers } = await browser.once('GET', path);
      expect([target, status, headers['location']]).toEqual([target, 303, '/dashboard']);
    }
  });

  it('by the way out: only addresses that the application has registered', async () => {
    const notes = new Application(server, 'notes');
    for (const post_logout_redirect_uri of [
      'https://evil.example/',
      'http://localhost:9/notes/',
      'http://localhost:9/notes?x',
      'http://localhost:9/photos',
      'javascript:alert(1)',
    ]) {
      const query = new URLSearchParams({ client_id: notes.clientId, post_logout_redirect_uri }).toString();
      const page = await browser.open(`/oidc/session/end?${query}`);
      expect([post_logout_redirect_uri, page.status]).toEqual([post_logout_redirect_uri, 400]);
    }
    // Without saying which application it is, nothing is followed.
    const query = new URLSearchParams({ post_logout_redirect_uri: 'https://evil.example/' }).toString();
    await browser.open(`/oidc/session/end?${query}`);
    await browser.press('submit');
    expect(browser.sentTo).toBeUndefined();
    expect(browser.page.path).toBe('/oidc/session/end/success');
  });
});
