import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APIS, ORDERS, STOCK, verify } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { Device, DEVICE_GRANT, type DeviceAnswer } from '../support/device.js';
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

/** The same where the application is on a device that has no browser (RFC 8628). */
describe('a device that an API has told to come back with a better sign-in', () => {
  let server: TestServer;
  beforeAll(async () => {
    const device = (id: string, more = '') => `
  - client_id: ${id}
    client_name: ${id}
    token_endpoint_auth_method: none
    grant_types: ['${DEVICE_GRANT}', refresh_token]
    first_party: true
    ${more}`;
    server = await TestServer.start({
      clients: APIS + device('tv', `apis: [${ORDERS}]`) + device('vault', `apis: [${ORDERS}, ${STOCK}]`),
    });
  });
  afterAll(() => server.stop());

  const scope = 'orders:read';
  const now = () => Math.floor(server.clock.now().getTime() / 1000);

  async function connect(browser: Browser, device: Device): Promise<void> {
    await browser.open('/device');
    await browser.press('submit', { user_code: device.userCode });
    await browser.press('submit');
  }
  const saidAtTheApi = async ({ status, body }: DeviceAnswer) => {
    expect([status, body['id_token']]).toEqual([200, undefined]);
    return (await verify(server, body['access_token'], ORDERS)).payload;
  };

  it.each([
    ['its only API', 'tv', {}],
    ['an API that it names', 'vault', { resource: ORDERS }],
  ] as const)('gets one that is strong enough, for %s', async (_what, id, params) => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    server.clock.advance(MINUTE);
    const device = new Device(server, id);
    expect((await device.start({ scope, acr_values: TWO, ...params })).status).toBe(200);
    await connect(browser, device);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    expect(browser.page.text).toContain('The device is connected');
    const answer = await device.poll();
    expect(await saidAtTheApi(answer)).toMatchObject({ acr: TWO, scope });
    expect(answer.body).not.toHaveProperty('refresh_token');
  });

  it.each([['300'], ['0']])('gets one that is fresh and strong enough (max_age=%s)', async (max_age) => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    server.clock.advance(10 * MINUTE);
    const device = new Device(server, 'tv');
    expect((await device.start({ scope, max_age, acr_values: TWO })).status).toBe(200);
    await connect(browser, device);
    expect(browser.page.path).toMatch(/\/password$/);
    const asked = now();
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    const { acr, auth_time: authTime } = await saidAtTheApi(await device.poll());
    expect([acr, (authTime as number) >= asked]).toEqual([TWO, true]);
  });

  it('gets what was asked of the sign-in also where it asks for no API at all', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    server.clock.advance(MINUTE);
    const device = new Device(server, 'vault');
    expect((await device.start({ scope: 'email', max_age: '0', acr_values: TWO })).status).toBe(200);
    await connect(browser, device);
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/totp$/);
  });

  it('a refresh tells of the same sign-in', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const device = new Device(server, 'tv');
    await device.start({ scope: `${scope} offline_access`, acr_values: TWO });
    await connect(browser, device);
    const first = await device.poll();
    const said = await saidAtTheApi(first);
    const refreshToken = first.body['refresh_token'] as string;
    const again = await device.poll({ grant_type: 'refresh_token', refresh_token: refreshToken });
    const { acr, auth_time: authTime } = await saidAtTheApi(again);
    expect({ acr, authTime }).toEqual({ acr: TWO, authTime: said['auth_time'] });
  });

  it.each([
    ['a nonsense of a max_age', { max_age: 'soon' }],
    ['a negative max_age', { max_age: '-1' }],
    ['a nonce', { nonce: 'n-0S6_WzA2Mj' }],
    ['claims', { claims: '{"userinfo":{"email":null}}' }],
  ])('is refused %s, as ever', async (_what, params) => {
    const answer = await new Device(server, 'tv').start({ scope, acr_values: TWO, ...params });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});
