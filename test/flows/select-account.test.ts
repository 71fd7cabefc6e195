import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

describe('an application that lets people choose the account (prompt=select_account)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const subjectOf = async (application: Application, browser: Browser) =>
    (await application.redeem(application.codeFrom(browser))).claims['sub'];

  it('has them sign in, be it as somebody else', async () => {
    const [first, second] = [somebody(), somebody()];
    for (const person of [first, second]) await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(first);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    const before = await subjectOf(notes, browser);

    await browser.open(notes.authorizationUrl({ prompt: 'select_account' }));
    expect(browser.page.path).toMatch(/\/password$/);
    await browser.enterPassword(second);
    await browser.enterTotp(second);
    const after = await subjectOf(notes, browser);
    expect([typeof after, after === before]).toEqual(['string', false]);
    await browser.open(notes.authorizationUrl({ prompt: 'none' }));
    expect(await subjectOf(notes, browser)).toBe(after);
  });

  it('cannot do so unseen, and asks for consent beside it', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    const calendar = new Application(server, 'calendar');
    await browser.open(calendar.authorizationUrl({ prompt: 'none select_account' }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_request');
    await browser.open(calendar.authorizationUrl({ prompt: 'select_account consent' }));
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toMatch(/\/consent$/);
    await browser.press('submit');
    calendar.codeFrom(browser);
  });

  it('reads in discovery which prompts there are', async () => {
    const found = await fetch(`${server.url}/.well-known/openid-configuration`);
    expect(await found.json()).toMatchObject({
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    });
  });
});
