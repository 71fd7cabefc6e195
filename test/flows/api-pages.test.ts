import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Browser } from '../support/browser.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { CLIENTS, TestServer } from '../support/server.js';

const DECLARED = `${CLIENTS.trimEnd()}
  - client_id: ledger
    client_name: Ledger
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/ledger/callback]
    scope: openid team stock:read stock:write
    apis: ['https://stock.example/']
    authorization_details_types: [order]
apis:
  - identifier: https://stock.example/
    name: Stock <b>Room</b>
    access_token_lifetime: 300
    scopes:
      - {name: 'stock:read', description: See what is in stock}
      - stock:write
authorization_details_types:
  - {type: order, name: An order, fields: {pieces: {type: number, label: Pieces, required: true}}}
claims:
  - {name: department, description: Your department, attribute: department, scopes: [team]}
`;

describe('an operator with APIs and claims', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await TestServer.start({ clients: DECLARED });
    ({ browser } = await operatorOn(server, '/admin/apis'));
  });
  afterAll(() => server.stop());

  it('sees what the clients file declares, and which applications may use it', async () => {
    expect(browser.page.text).toMatch(/An order Type ?order Applications ?Ledger/);
    expect(browser.page.text).toMatch(
      /department Your department Comes from ?An attribute of the person Scopes? ?team Applications ?Every one/,
    );
    expect(browser.page.text).toMatch(/Stock <b>Room<\/b> ?Clients file ?https:\/\/stock\.example\//);
    await browser.click('api-0');
    expect(browser.page.text).toMatch(
      /Identifier ?https:\/\/stock\.example\/ ?Access tokens ?JWT, which the API checks by itself, RS256 .*300 /,
    );
    expect(browser.page.text).toMatch(/stock:read ?See what is in stock ?stock:write/);
    expect(browser.page.text).toMatch(/Applications ?Ledger ?May ask for every scope/);
    expect(browser.page.html.querySelector('b')).toBeNull();
  });

  it('reads each as the file says it', async () => {
    const file = parse(DECLARED) as Record<string, unknown>;
    const texts = () => browser.page.html.querySelectorAll('pre').map(({ text }) => parse(text) as unknown);
    expect(browser.page.html.querySelector('pre')!.text).toMatch(/^apis:\n  - identifier: https:\/\/stock/);
    expect(texts()).toEqual([{ apis: file['apis'] }]);
    await browser.click('to-list');
    expect(texts()).toEqual([
      { authorization_details_types: file['authorization_details_types'] },
      { claims: file['claims'] },
    ]);
  });
});
