import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea, dov } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('an application that asks for one person', () => {
  const [wanted, other] = [bea(), dov()];
  let server: TestServer;
  let idToken: string;
  let subject: string;
  const notes = () => new Application(server, 'notes');

  beforeAll(async () => {
    server = await TestServer.start();
    subject = (await server.addPerson(wanted)).id;
    await server.addPerson(other);
    const browser = new Browser(server);
    const application = notes();
    await browser.open(application.authorizationUrl());
    await browser.enterPassword(wanted);
    idToken = (await application.redeem(application.codeFrom(browser))).id_token!;
  });
  afterAll(() => server.stop());

  it.each([
    ['by id_token_hint', () => ({ id_token_hint: idToken })],
    ['by a claim', () => ({ claims: JSON.stringify({ id_token: { sub: { value: subject } } }) })],
  ])('%s gets that one, and no answer about anybody else', async (_how, extra) => {
    const right = new Browser(server);
    const application = notes();
    await right.open(application.authorizationUrl(extra()));
    await right.enterPassword(wanted);
    expect((await application.redeem(application.codeFrom(right))).claims['sub']).toBe(subject);

    const wrong = new Browser(server);
    await wrong.open(notes().authorizationUrl(extra()));
    await wrong.enterPassword(other);
    expect(wrong.sentTo!.searchParams.get('error')).toBe('login_required');
    expect(wrong.sentTo!.searchParams.get('code')).toBeNull();
  });

  it('may ask, and sign out, by POST as well', async () => {
    const browser = new Browser(server);
    const application = notes();
    await browser.open('/');
    const request = new URL(application.authorizationUrl());
    await browser.post(request.pathname, request.search.slice(1), { Origin: 'http://localhost:9' });
    await browser.enterPassword(wanted);
    application.codeFrom(browser);

    const hint = {
      id_token_hint: idToken,
      post_logout_redirect_uri: 'http://localhost:9/notes',
      state: 'bye',
    };
    await browser.post('/oidc/session/end', hint, { Origin: 'http://localhost:9' });
    await browser.press('submit');
    expect(browser.sentTo!.href).toBe('http://localhost:9/notes?state=bye');
  });
});
