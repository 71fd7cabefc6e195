import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { DECENT, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

/** OpenID Connect Core, section 4: also where nobody has let the application in yet, as in the Foundation's plan for it. */
describe('an application that begins sign-ins by itself', () => {
  let server: TestServer;
  const operator = somebody();
  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_CLIENT_REGISTRATION: 'open' } });
    await addEnrolled(server, operator);
    await shell(server, 'operator-add', operator.username);
  });
  afterAll(() => server.stop());

  it('can be made to by an operator, from its page', async () => {
    const initiate_login_uri = 'https://decent.example/sign-in?from=here';
    const { body } = await register(server, { ...DECENT, initiate_login_uri });
    const desk = new Browser(server);
    await desk.signIn(operator);
    await desk.open(`/admin/clients/${String(body['client_id'])}`);
    const link = desk.page.html.getElementById('begin-sign-in')!.getAttribute('href')!;
    const { searchParams, origin, pathname } = new URL(link.replaceAll('&amp;', '&'));
    expect(origin + pathname).toBe('https://decent.example/sign-in');
    expect(Object.fromEntries(searchParams)).toEqual({ from: 'here', iss: server.url });
    const { body: plain } = await register(server);
    await desk.open(`/admin/clients/${String(plain['client_id'])}`);
    expect([desk.page.status, desk.page.html.getElementById('begin-sign-in')]).toEqual([200, null]);
  });
});
