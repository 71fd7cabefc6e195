import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APIS, introspect, ORDERS, STOCK, verify } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const PAYMENT = { type: 'payment', amount: 12.5, currency: 'EUR', to: 'Bakery <b>Crumb</b>' };

describe('rich authorization requests', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
  });
  afterAll(() => server.stop());

  async function asked(details: unknown, extra: Record<string, string> = {}) {
    const person = somebody();
    await server.addPerson(person);
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    const authorization_details = typeof details === 'string' ? details : JSON.stringify(details);
    const request = { scope: 'openid', resource: ORDERS, authorization_details, ...extra };
    await browser.open(calendar.authorizationUrl(request));
    return { person, calendar, browser, request };
  }
  const error = (browser: Browser) => browser.sentTo?.searchParams.get('error');

  it('the person reads what exactly is asked, and the token says it', async () => {
    const { person, calendar, browser, request } = await asked([PAYMENT]);
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/consent$/);
    for (const word of [
      'A payment',
      'It is made at once',
      'Amount',
      '12.5',
      'Currency',
      'EUR',
      'Bakery <b>Crumb</b>',
    ])
      expect(browser.page.text).toContain(word);
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    expect(tokens).toMatchObject({ authorization_details: [PAYMENT] });
    const { payload } = await verify(server, tokens.access_token, ORDERS);
    expect(payload['authorization_details']).toEqual([PAYMENT]);

    // Each payment is a new one: the same once more is asked once more.
    await browser.open(calendar.authorizationUrl({ ...request, prompt: 'none' }));
    expect(error(browser)).toBeTruthy();
    await browser.open(calendar.authorizationUrl(request));
    expect(browser.page.path).toMatch(/\/consent$/);
    // Without it nothing of it is left over.
    await browser.open(calendar.authorizationUrl({ scope: 'openid', resource: ORDERS }));
    const plain = await calendar.redeem(calendar.codeFrom(browser));
    expect(plain).not.toHaveProperty('authorization_details');
  });

  it('is introspected by the API it concerns, and by no other; a refresh can only narrow it', async () => {
    const here = { ...PAYMENT, locations: [STOCK] };
    const elsewhere = { ...PAYMENT, locations: [ORDERS] };
    const { person, calendar, browser } = await asked([here, elsewhere], {
      resource: STOCK,
      scope: 'openid offline_access',
    });
    await browser.enterPassword(person);
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    expect(await introspect(server, 'stock-api', tokens.access_token)).toMatchObject({
      active: true,
      authorization_details: [here],
    });
    const other = await calendar.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token!,
      resource: STOCK,
      authorization_details: JSON.stringify([{ ...here, amount: 999 }]),
    });
    expect(other).toMatchObject({ status: 400, error: 'invalid_authorization_details' });
  });

  it.each([
    ['an unknown type', [{ type: 'transfer', amount: 1, currency: 'EUR' }]],
    ['a type by the name of something else', [{ type: 'constructor' }]],
    ['an unknown field', [{ ...PAYMENT, hidden: 'yes' }]],
    ['a missing field', [{ type: 'payment', amount: 1 }]],
    ['too much', [{ ...PAYMENT, amount: 1001 }]],
    ['a number as a text', [{ ...PAYMENT, amount: '12.5' }]],
    ['a value that is not among those possible', [{ ...PAYMENT, currency: 'GBP' }]],
    ['an object in the place of a text', [{ ...PAYMENT, to: { a: 1 } }]],
    ['characters that turn the text around', [{ ...PAYMENT, to: 'x\u202ey' }]],
    ['no list', PAYMENT],
    ['no JSON', '[{'],
  ])('%s is refused', async (_what, details) => {
    const { browser } = await asked(details);
    expect(error(browser)).toBe('invalid_authorization_details');
  });

  it('is refused for an application that may not, and without an API', async () => {
    const notes = new Application(server, 'notes');
    const browser = new Browser(server);
    const authorization_details = JSON.stringify([PAYMENT]);
    await browser.open(notes.authorizationUrl({ scope: 'openid', resource: ORDERS, authorization_details }));
    expect(error(browser)).toBe('invalid_authorization_details');
    const calendar = new Application(server, 'calendar');
    await browser.open(calendar.authorizationUrl({ scope: 'openid', authorization_details }));
    expect(error(browser)).toBe('invalid_target');
  });

  it('discovery names the types', async () => {
    const document = await (await fetch(`${server.url}/.well-known/openid-configuration`)).json();
    expect(document).toMatchObject({ authorization_details_types_supported: ['payment'] });
  });
});
