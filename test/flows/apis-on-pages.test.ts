import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { introspect, verify, exchange } from '../support/apis.js';
import { auditEvents } from '../support/audit.js';
import { Browser, fieldsOn } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { newApplication, newMachine, tokenOf } from '../support/operator-apis.js';
import { CLIENTS, TestServer } from '../support/server.js';

const ORDERS = 'https://orders.example.org/';
const OF_FILE = `${CLIENTS.trimEnd()}
  - client_id: orders-api
    client_secret: orders-api-secret-of-thirty-two-characters
    grant_types: [client_credentials, 'urn:ietf:params:oauth:grant-type:token-exchange']
    token_exchange: {audiences: ['https://stock.example.org/']}
apis:
  - {identifier: 'https://stock.example.org/', name: Stock, scopes: ['orders:read']}
`;

/** An operator makes an API without the clients file. */
describe('the operators’ pages about APIs', () => {
  let server: TestServer;
  let desk: Browser;
  beforeAll(async () => {
    server = await TestServer.start({ clients: OF_FILE });
    ({ browser: desk } = await operatorOn(server, '/admin/apis'));
  });
  afterAll(() => server.stop());

  const mistakeAt = (field: string) => desk.page.html.getElementById(`${field}-error-0`)?.text;
  const open = async (button?: string) => {
    await desk.open('/admin/apis');
    const links = desk.page.html.querySelectorAll('h3 a');
    await desk.click(links.find((link) => /Orders|orders/.test(link.text))!.getAttribute('id')!);
    if (button) await desk.click(button);
  };

  it('show each mistake at its field, in the words of the clients file, and lose nothing that was typed', async () => {
    await desk.click('new');
    await desk.press('submit', {
      ...fieldsOn(desk),
      identifier: 'orders',
      name: 'Orders',
      scopes: 'openid\norders:write',
      access_token_lifetime: 'long',
      client_id: 'orders-api',
    });
    expect(desk.page.status).toBe(422);
    expect(mistakeAt('identifier')).toBe('write an absolute URI');
    expect(mistakeAt('scopes')).toBe('“openid” is about people: choose another name');
    expect(mistakeAt('access_token_lifetime')).toBe('write a number of seconds from 30 to 86400');
    expect(fieldsOn(desk)).toMatchObject({ scopes: 'openid\norders:write', client_id: 'orders-api' });
    await desk.press('submit', {
      ...fieldsOn(desk),
      identifier: 'https://stock.example.org/',
      scopes: '',
      access_token_lifetime: '',
    });
    expect(mistakeAt('identifier')).toBe('There is an API of this identifier already.');
  });

  it('make one that applications get tokens for at once, with the words that people are asked in', async () => {
    await desk.press('submit', {
      ...fieldsOn(desk),
      identifier: ORDERS,
      scopes: 'orders:read See what you <b>ordered</b>\r\n\r\n  orders:write\r\n',
      access_token_lifetime: '300',
    });
    expect(desk.page.path).toMatch(/^\/admin\/apis\/~[\w-]+\?done=api-made$/);
    expect(desk.page.text).toContain('The API is there.');
    expect(await server.app.get(ManagedApis).find(ORDERS)).toMatchObject({
      fields: {
        identifier: ORDERS,
        name: 'Orders',
        scopes: [{ name: 'orders:read', description: 'See what you <b>ordered</b>' }, 'orders:write'],
        access_token_lifetime: 300,
        client_id: 'orders-api',
      },
    });
    const warehouse = await newMachine(server, 'warehouse', [ORDERS]);
    const { body } = await tokenOf(warehouse, { resource: ORDERS, scope: 'orders:write' });
    expect(body).toMatchObject({ expires_in: 300, scope: 'orders:write' });
    await verify(server, body['access_token'], ORDERS);

    const shop = await newApplication(server, 'shop', { apis: [ORDERS], scope: 'openid orders:read' });
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.open(shop.authorizationUrl({ scope: 'openid orders:read', resource: ORDERS }));
    await browser.enterPassword(person);
    expect(browser.page.text).toMatch(/Orders.*See what you <b>ordered<\/b>/);
    await browser.press('submit');
    const { access_token: token } = await shop.redeem(shop.codeFrom(browser));
    const { payload } = await verify(server, token, ORDERS);
    expect(payload).toMatchObject({ scope: 'orders:read', client_id: 'shop' });
    expect(await introspect(server, 'orders-api', token)).toMatchObject({ active: true, client_id: 'shop' });
  });

  it('show it with the applications that may use it, and what the clients file declares without a way to change it', async () => {
    await open();
    expect(desk.page.text).toMatch(/Identifier ?https:\/\/orders\.example\.org\//);
    expect(desk.page.text).toMatch(/JWT, which the API checks by itself, RS256 .*300/);
    expect(desk.page.text).toMatch(/shop ?May ask for orders:read ?warehouse ?May ask for every scope/);
    expect(desk.page.html.querySelector('b')).toBeNull();
    await desk.click('user-0');
    expect(desk.page.path).toBe('/admin/clients/shop');
    await desk.open('/admin/apis');
    await desk.click('api-1');
    expect(desk.page.text).toContain('Declared in the clients file, and changed only there');
    expect(desk.page.text).toContain('May exchange a person’s token for one of this API');
    expect(desk.page.html.getElementById('edit') ?? desk.page.html.getElementById('remove')).toBeNull();
    for (const act of ['edit', 'remove'])
      expect((await desk.open(`${desk.page.path.replace(/\/(edit|remove)$/, '')}/${act}`)).status).toBe(404);
  });

  it('open it to applications that nobody declared, and close it again', async () => {
    await open('edit');
    expect(fieldsOn(desk)).not.toHaveProperty('undeclared_clients');
    await desk.press('submit', { ...fieldsOn(desk), undeclared_clients: 'yes' });
    await open();
    expect(desk.page.text).toContain('Applications not declared');
    await open('edit');
    expect(fieldsOn(desk)).toHaveProperty('undeclared_clients');
    // What is not touched stays.
    await desk.press('submit', { ...fieldsOn(desk), access_token_lifetime: '299' });
    const api = () => server.app.get(ManagedApis).find(ORDERS);
    expect((await api())!.fields).toMatchObject({ undeclared_clients: true, access_token_lifetime: 299 });
    await open('edit');
    await desk.press('submit', { ...fieldsOn(desk), undeclared_clients: '', access_token_lifetime: '300' });
    expect((await api())!.fields).not.toHaveProperty('undeclared_clients');
  });

  it('change it for the next token, and two who edit at once lose nothing', async () => {
    const { browser: other } = await operatorOn(server, '/admin/apis');
    await open('edit');
    await other.open(desk.page.path);
    await other.press('submit', { ...fieldsOn(other), access_token_format: 'opaque', name: 'Their orders' });
    expect(other.page.text).toContain('The API was changed.');
    await desk.press('submit', { ...fieldsOn(desk), name: 'Our orders', scopes: 'orders:read' });
    expect(desk.page.status).toBe(422);
    expect(desk.page.text).toContain('Somebody else has changed this API');
    expect(desk.page.html.getElementById('stale')!.text).toContain('You have changed it, too');
    expect(fieldsOn(desk)).toMatchObject({
      name: 'Our orders',
      scopes: 'orders:read',
      access_token_format: 'opaque',
    });
    await desk.press('submit', fieldsOn(desk));
    expect(desk.page.text).toContain('The API was changed.');
    expect((await server.app.get(ManagedApis).find(ORDERS))!.fields).toMatchObject({
      name: 'Our orders',
      scopes: ['orders:read'],
      access_token_format: 'opaque',
    });
    const events = await auditEvents(server, 'api.updated');
    expect(events.at(-1)!.detail).toMatchObject({
      by: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      api: ORDERS,
      before: { name: 'Their orders', scopes: expect.any(Array) as unknown },
      after: { name: 'Our orders', scopes: ['orders:read'] },
    });
  });

  /** An application that stays connected, with a token of the form that the API has now. */
  async function connected(format: 'jwt' | 'opaque') {
    await open('edit');
    await desk.press('submit', { ...fieldsOn(desk), access_token_format: format });
    const id = `connected-${format}`;
    const scope = 'openid offline_access orders:read';
    const application = await newApplication(server, id, { apis: [ORDERS], scope });
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    const url = application.authorizationUrl({ scope, resource: ORDERS, prompt: 'consent' });
    await browser.open(url);
    await browser.enterPassword(person);
    await browser.press('submit');
    return { browser, application, tokens: await application.redeem(application.codeFrom(browser)) };
  }

  it('remove it, and what they say of tokens that are out is so', async () => {
    const jwt = await connected('jwt');
    const opaque = await connected('opaque');
    const again = jwt.application.authorizationUrl({ scope: 'openid orders:read', resource: ORDERS });
    const isActive = async (token: unknown) => (await introspect(server, 'orders-api', token))['active'];
    for (const { tokens } of [jwt, opaque]) expect(await isActive(tokens.access_token)).toBe(true);

    await open('remove');
    expect(desk.page.text).toMatch(/These applications go on naming it.*connected-jwt/);
    await desk.press('submit', { confirm: 'Our orders' });
    expect([desk.page.status, desk.page.text]).toEqual([
      422,
      expect.stringContaining('This is not its identifier.'),
    ]);
    await desk.press('submit', { confirm: ORDERS });
    expect(desk.page.text).toContain('The API was removed.');

    // If the API asks here about one, it hears at once that it does not count.
    for (const { tokens } of [jwt, opaque]) {
      expect(await isActive(tokens.access_token)).toBe(false);
      const exchanged = await exchange(server, 'orders-api', tokens.access_token);
      expect(exchanged.body['error']).toBe('invalid_request');
    }
    // A JWT that the API checks by itself is good until it expires.
    await verify(server, jwt.tokens.access_token, ORDERS);
    // Nobody gets a token for it, nor does who stays connected.
    await jwt.browser.open(again);
    expect(jwt.browser.sentTo!.searchParams.get('error')).toBe('invalid_target');
    for (const _time of ['once', 'again'])
      expect((await jwt.application.refresh(jwt.tokens.refresh_token!)).error).toBe('invalid_target');
    // It counts again if an API of the same identifier is made again, and so does a token that has not expired by then.
    await desk.open('/admin/apis/new');
    await desk.press('submit', {
      ...fieldsOn(desk),
      identifier: ORDERS,
      scopes: 'orders:read',
      access_token_format: 'opaque',
      client_id: 'orders-api',
    });
    expect(await isActive(opaque.tokens.access_token)).toBe(true);
    for (const { application, tokens } of [jwt, opaque])
      expect((await application.refresh(tokens.refresh_token!)).error).toBeUndefined();
  });
});
