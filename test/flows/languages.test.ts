import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('the language of the pages', () => {
  const person = bea();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  const languageOf = (browser: Browser) => browser.page.html.querySelector('html')!.getAttribute('lang');
  const reading = (acceptLanguage: string) => new Browser(server, { 'Accept-Language': acceptLanguage });

  it.each([
    ['de-AT,de;q=0.9,en;q=0.5', 'de'],
    ['fr,es;q=0.5', 'en'],
    ['fr,de;q=0.1', 'de'],
    ['', 'en'],
  ])('follows Accept-Language %j', async (header, expected) => {
    const browser = reading(header);
    await browser.open('/');
    expect(languageOf(browser)).toBe(expected);
  });

  it('follows the application before the browser', async () => {
    const browser = reading('en');
    await browser.open(new Application(server, 'notes').authorizationUrl({ ui_locales: 'fr de en' }));
    expect(languageOf(browser)).toBe('de');
    expect(browser.page.text).toContain('Anmelden');
  });

  it('follows what the person picks, and keeps it with the account', async () => {
    const browser = reading('en');
    await browser.signIn(person);
    const form = browser.page.html.querySelectorAll('footer form')[0]!;
    const token = form.querySelector('[name=_csrf]')!.getAttribute('value')!;
    await browser.post('/locale', { _csrf: token, locale: 'de', return: '/dashboard' });
    expect(browser.page.path).toBe('/dashboard');
    expect(languageOf(browser)).toBe('de');

    const elsewhere = reading('en');
    await elsewhere.signIn(person);
    expect(languageOf(elsewhere)).toBe('de');
    const { claims } = await signedIn(elsewhere);
    expect(claims['locale']).toBe('de');
  });

  it.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/ok\r\nSet-Cookie: a=b',
  ])('never leads elsewhere afterwards: %j', async (target) => {
    const browser = reading('en');
    await browser.open('/');
    const token = browser.page.html.querySelector('[name=_csrf]')!.getAttribute('value')!;
    await browser.post('/locale', { _csrf: token, locale: 'de', return: target });
    expect(browser.page.path).toBe('/');
    expect(browser.sentTo).toBeUndefined();
  });

  async function signedIn(browser: Browser) {
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    return notes.redeem(notes.codeFrom(browser));
  }
});
