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

  it('sees what the clients file declares, and which applications may use it', () => {
    expect(browser.page.text).toMatch(
      /Stock <b>Room<\/b> Identifier ?https:\/\/stock\.example\/ Access tokens ?jwt, RS256, 300 seconds Applications ?Ledger/,
    );
    expect(browser.page.text).toMatch(/stock:read – See what is in stock ?stock:write/);
    expect(browser.page.text).toMatch(/An order Type ?order Applications ?Ledger/);
    expect(browser.page.text).toMatch(
      /department Your department Comes from ?An attribute of the person Scopes? ?team Applications ?Every one/,
    );
  });

  it('reads each as the file says it', () => {
    expect(browser.page.html.querySelector('pre')!.text).toMatch(/^apis:\n  - identifier: https:\/\/stock/);
    const texts = browser.page.html.querySelectorAll('pre').map(({ text }) => parse(text) as unknown);
    expect(texts).toEqual([
      { apis: (parse(DECLARED) as { apis: unknown }).apis },
      {
        authorization_details_types: (parse(DECLARED) as { authorization_details_types: unknown })
          .authorization_details_types,
      },
      { claims: (parse(DECLARED) as { claims: unknown }).claims },
    ]);
  });
});
