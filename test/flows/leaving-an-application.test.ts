import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

/** RP-Initiated Logout: the person is asked, and may stay signed in here. Of the application they have signed out. */
describe('an application that has no address to be told at, and that somebody leaves', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('has no token any more that works, for offline access neither; others keep theirs', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    const calendar = new Application(server, 'calendar');
    await browser.open(calendar.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await browser.enterPassword(person);
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    const others = await notes.redeem(notes.codeFrom(browser));

    await browser.open(`/oidc/session/end?id_token_hint=${tokens.id_token}`);
    await browser.press('cancel');
    expect((await browser.once('GET', '/dashboard')).status).toBe(200);
    expect(await calendar.refresh(tokens.refresh_token!)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
    expect((await calendar.userinfo(tokens.access_token!)).status).toBe(401);
    expect((await notes.refresh(others.refresh_token!)).status).toBe(200);
  });
});
