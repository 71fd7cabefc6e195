import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientRefusals } from '../../src/clients/client-refusals.service.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { Application } from '../support/application.js';
import { auditEvents } from '../support/audit.js';
import { Browser } from '../support/browser.js';
import { newClient } from '../support/open-forms.clients.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { register, DECENT } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';
import { verdictOn } from '../support/token-endpoint.js';

/** An application does not work, and an operator finds out why. */
describe('what an application was refused lately', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_CLIENT_REGISTRATION: 'open' } });
  });
  afterAll(() => server.stop());

  async function asks(id: string, extra: Record<string, string | null>): Promise<Browser> {
    const browser = new Browser(server);
    await browser.open(new Application(server, id).authorizationUrl(extra));
    return browser;
  }
  const written = () => server.app.get(ClientRefusals).flush();

  it('an address is shown beside the registered one, added with one click, and works', async () => {
    const id = await newClient(server, { client_name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] });
    for (let n = 0; n < 3; n++) {
      const { page } = await asks(id, { redirect_uri: 'https://wiki.example/cb/' });
      expect(page.status).toBe(400);
      await written();
    }
    const { browser } = await operatorOn(server, `/admin/clients/${id}`);
    const { text } = browser.page;
    expect(text).toMatch(/Refused lately.*This redirect URI is not registered/);
    expect(text).toMatch(/Sent ?https:\/\/wiki\.example\/cb\/ ?Registered ?https:\/\/wiki\.example\/cb /);
    expect(text).toContain('One of them ends with a slash');
    expect(text).toContain('Times: 3');
    await browser.click('add-0');
    expect(browser.page.text).toContain('Let Wiki come back to this address, too?');
    await browser.press('submit');
    expect(browser.page.text).toContain('The address was added');
    expect(browser.page.text).not.toContain('Refused lately');
    expect((await server.app.get(ManagedClients).find(id))!.fields['redirect_uris']).toEqual([
      'https://wiki.example/cb',
      'https://wiki.example/cb/',
    ]);
    expect((await asks(id, { redirect_uri: 'https://wiki.example/cb/' })).page.path).toContain(
      '/interaction/',
    );
    expect(await auditEvents(server, 'client.redirect-uri-added')).toEqual([
      expect.objectContaining({
        clientId: id,
        detail: {
          by: expect.stringMatching(/^[\w-]{22}$/),
          uri: 'https://wiki.example/cb/',
          before: ['https://wiki.example/cb'],
          after: ['https://wiki.example/cb', 'https://wiki.example/cb/'],
        },
      }),
    ]);
  });

  it('an address at another host comes with a word of warning that names it, one nearby without', async () => {
    const id = await newClient(server, { redirect_uris: ['https://wiki.example/cb'] });
    for (const uri of ['https://wiki.example.evil.example/cb', 'https://wiki.example/cb/'])
      await asks(id, { redirect_uri: uri });
    await written();
    const { browser } = await operatorOn(server, `/admin/clients/${id}`);
    const warnings = [];
    for (const n of [0, 1]) {
      await browser.open(`/admin/clients/${id}`);
      await browser.click(`add-${n}`);
      warnings.push(browser.page.html.getElementById('elsewhere')?.text);
    }
    expect(warnings).toHaveLength(2);
    expect(warnings.filter(Boolean)).toEqual([
      expect.stringContaining('None of the registered addresses is at wiki.example.evil.example.'),
    ]);
  });

  it('for one of the clients file there are the lines to write', async () => {
    await asks('notes', { redirect_uri: 'http://localhost:10/notes/callback' });
    await written();
    const { browser } = await operatorOn(server, '/admin/clients/notes');
    expect(browser.page.text).toContain('The port is another one');
    expect(browser.page.html.querySelector('details .paste')!.text).toBe(
      'redirect_uris:\n  - http://localhost:9/notes/callback\n  - http://localhost:10/notes/callback',
    );
    expect(browser.page.html.getElementById('add-0')).toBeNull();
  });

  it('one that registered itself is shown what it was refused, and gets nothing added', async () => {
    const { body } = await register(server, DECENT);
    const id = String(body['client_id']);
    await asks(id, { redirect_uri: 'https://elsewhere.example/' });
    await written();
    const { browser } = await operatorOn(server, `/admin/clients/${id}`);
    expect(browser.page.text).toContain('https://elsewhere.example/');
    expect(browser.page.html.getElementById('add-0')).toBeNull();
  });

  it('scopes, response types, wrong secrets and unknown ids are there, too; who is not signed in is none', async () => {
    const id = await newClient(server);
    const at = { redirect_uri: `https://${id}.example/cb` };
    await asks(id, { ...at, scope: 'openid groups' });
    await asks(id, { ...at, response_type: 'token' });
    await asks(id, { ...at, prompt: 'none' });
    await verdictOn(server, id, 'wrong');
    await asks('nobody-knows', at);
    await written();
    const { browser } = await operatorOn(server, `/admin/clients/${id}`);
    expect(browser.page.text).toMatch(/may not ask for this scope Sent ?groups/);
    expect(browser.page.text).toMatch(/may not ask for this response type Sent ?token/);
    expect(browser.page.text).toContain('It could not prove who it is');
    expect(browser.page.text).not.toContain('login_required');
    await browser.open('/admin/clients');
    expect(browser.page.text).toMatch(/There is no client of this ID Sent ?nobody-knows/);
  });

  it('an address that the rules refuse is not added', async () => {
    const id = await newClient(server);
    await asks(id, { redirect_uri: 'http://wiki.example/cb' });
    await written();
    const { browser } = await operatorOn(server, `/admin/clients/${id}`);
    await browser.click('add-0');
    await browser.press('submit');
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('use https: (plain http only for localhost');
    expect((await server.app.get(ManagedClients).find(id))!.version).toBe(1);
  });
});
