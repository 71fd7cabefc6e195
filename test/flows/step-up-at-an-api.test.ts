import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APIS, ORDERS, verify } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { GuardedApplication } from '../support/guarded-application.js';
import { TestServer } from '../support/server.js';

const TWO = 'urn:gatehouse:acr:2fa';
const MINUTE = 60_000;

/** RFC 9470, section 4: the API says what it wants, and the application sends the person again, with the API's scope alone. */
describe('an application that an API has told to come back with a better sign-in', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
  });
  afterAll(() => server.stop());

  const AT_THE_API = { scope: 'orders:read', resource: ORDERS, nonce: null };
  const now = () => Math.floor(server.clock.now().getTime() / 1000);

  it('gets one that is strong enough, without asking who the person is', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    server.clock.advance(MINUTE);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl({ ...AT_THE_API, acr_values: TWO }));
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    const { access_token: token, id_token: none } = await notes.redeem(notes.codeFrom(browser));
    expect(none).toBeUndefined();
    const { payload } = await verify(server, token, ORDERS);
    expect(payload).toMatchObject({ acr: TWO, scope: 'orders:read' });
  });

  it.each([['300'], ['0']])('gets one that is fresh enough (max_age=%s)', async (max_age) => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    server.clock.advance(10 * MINUTE);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl({ ...AT_THE_API, max_age }));
    expect(browser.page.path).toMatch(/\/password$/);
    const asked = now();
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    const { access_token: token } = await notes.redeem(notes.codeFrom(browser));
    expect((await verify(server, token, ORDERS)).payload['auth_time']).toBeGreaterThanOrEqual(asked);
  });

  it('may push what it asks for', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    server.clock.advance(10 * MINUTE);
    const calendar = new GuardedApplication(server, 'calendar');
    const wanted = { scope: 'orders:read', resource: ORDERS, nonce: '', max_age: '60', acr_values: TWO };
    await browser.open(calendar.urlOf(await calendar.pushed(calendar.params(wanted))));
    expect(browser.page.path).toMatch(/\/password$/);
  });

  it.each([
    ['a nonsense of a max_age', { max_age: 'soon' }],
    ['a nonce', { nonce: 'n-0S6_WzA2Mj' }],
    ['claims', { claims: '{"userinfo":{"email":null}}' }],
  ])('is refused %s, as ever', async (_what, params) => {
    const browser = new Browser(server);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl({ ...AT_THE_API, ...params }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_request');
  });
});
