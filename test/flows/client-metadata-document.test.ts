import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import * as oidc from 'openid-client';
import sharp from 'sharp';
import { OpenIdClientApp } from '../relying-apps/openid-client.app.js';
import { Traveller } from '../relying-apps/traveller.js';
import { DocumentHost } from '../support/document-host.js';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';

const LISTENING = 'http://127.0.0.1:33418/callback';

/** An agent is known by the document at its client_id: nobody has registered it (draft-ietf-oauth-client-id-metadata-document). */
describe('an agent that is known by a document of its own', () => {
  let server: TestServer;
  let host: DocumentHost;
  const person = ada();
  beforeAll(async () => {
    host = await DocumentHost.start();
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_METADATA_HOSTS: '127.0.0.1', GATEHOUSE_INTERNAL_FETCH: 'on' },
    });
    await server.addPerson(person);
    await new Traveller(server).signInAndEnrol(person);
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });

  const agent = (path: string, more: object = {}, type?: string) => {
    const id = host.origin + path;
    return host.serve(
      path,
      {
        client_id: id,
        client_name: 'Agent Smith',
        redirect_uris: [LISTENING],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        token_endpoint_auth_method: 'none',
        ...more,
      },
      type,
    );
  };
  const appOf = (id: string, redirectUri = LISTENING) =>
    OpenIdClientApp.discover(server, id, redirectUri, oidc.None());
  const askedBy = async (id: string, extra: Record<string, string> = {}) => {
    const browser = new Traveller(server);
    const app = await appOf(id);
    await app.sendToSignIn(browser, extra);
    return { app, browser };
  };

  it('is announced in the discovery document', async () => {
    const metadata = (await appOf(host.origin)).configuration.serverMetadata();
    expect(metadata['client_id_metadata_document_supported']).toBe(true);
  });

  it('signs a person in on whatever port it listens; its host is shown, and consent asked, each time', async () => {
    const id = agent('/agent.json');
    const { app, browser } = await askedBy(id, { scope: 'openid email offline_access' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.html.getElementById('unvouched')).not.toBeNull();
    // An Enter that was meant for something else allows nothing.
    expect(browser.page.html.getElementById('submit')!.hasAttribute('autofocus')).toBe(false);
    expect(browser.page.text).toContain(new URL(id).host);
    await browser.press('submit');
    const tokens = await app.receive(browser);
    const subject = tokens.claims()!.sub;
    expect(await app.userinfo(tokens.access_token, subject)).toMatchObject({ email: person.email });
    expect((await app.refresh(tokens.refresh_token!)).refresh_token).toBeTruthy();

    const again = await appOf(id, 'http://127.0.0.1:40000/callback');
    await again.sendToSignIn(browser);
    expect(browser.page.path).toMatch(/\/consent$/);
    await browser.press('submit');
    expect(browser.sentTo!.port).toBe('40000');
    // Kept for a while: one fetch for all of this.
    expect(host.asked.filter((path) => path === '/agent.json')).toHaveLength(1);
    await browser.open('/dashboard/applications');
    expect(browser.page.text).toContain(new URL(id).host);
  });

  it('may say that its ID tokens are to have only what was asked for in them', async () => {
    const given = async (path: string, more: object) => {
      const { app, browser } = await askedBy(agent(path, more), { scope: 'openid email' });
      await browser.enterPassword(person);
      await browser.enterTotp(person);
      await browser.press('submit');
      return (await app.receive(browser)).claims()!;
    };
    expect(await given('/all.json', {})).toHaveProperty('email');
    expect(await given('/requested.json', { id_token_claims: 'requested' })).not.toHaveProperty('email');
  });

  it('shows the logo that its document names, which is fetched once; without one there is a letter', async () => {
    server.clock.advance(61_000);
    const picture = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#0963c7' } })
      .png()
      .toBuffer();
    const logo_uri = host.answer('/agent.png', (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'image/png' }).end(picture),
    );
    const sign = async (id: string) => {
      const { browser } = await askedBy(id);
      expect(browser.page.path).toMatch(/\/password$/);
      return browser.page.html.querySelector('.client .gate, .client .monogram')!;
    };
    const id = agent('/with-a-logo.json', { logo_uri });
    for (const _time of ['first', 'again'])
      expect((await sign(id)).getAttribute('src')).toMatch(/^data:image\/webp;base64,/);
    expect(host.asked.filter((path) => path === '/agent.png')).toHaveLength(1);
    const without = agent('/with-no-logo.json', { logo_uri: `${host.origin}/nothing.png` });
    for (const _time of ['first', 'again'])
      expect((await sign(without)).getAttribute('data-name')).toBe('Agent Smith');
    expect(host.asked.filter((path) => path === '/nothing.png')).toHaveLength(1);
  });

  it('needs to say no more than its id, its name and where it listens', async () => {
    server.clock.advance(61_000);
    const id = host.origin + '/short.json';
    host.serve('/short.json', { client_id: id, client_name: 'Short', redirect_uris: [LISTENING] });
    const { app, browser } = await askedBy(id, { scope: 'openid email' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    expect((await app.receive(browser)).claims()).toMatchObject({ aud: id });
  });

  it('may listen at a scheme of its own', async () => {
    server.clock.advance(61_000);
    const own = 'com.example.agent:/callback';
    const id = agent('/app.json', { redirect_uris: [own, 'https://agent.example/callback'] });
    const app = await appOf(id, own);
    const browser = new Traveller(server);
    await app.sendToSignIn(browser);
    expect(browser.page.path).toMatch(/\/password$/);
  });

  it('may name scopes of other servers, which are left out', async () => {
    server.clock.advance(61_000);
    const id = agent('/of-many.json', { scope: 'openid email atproto tools:use' });
    const { app, browser } = await askedBy(id, { scope: 'openid email' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    expect((await app.receive(browser)).claims()).toMatchObject({ email: person.email });
    const { browser: beyond } = await askedBy(id, { scope: 'openid phone' });
    expect(beyond.sentTo!.searchParams.get('error')).toBe('invalid_scope');
    const none = await askedBy(agent('/of-others.json', { scope: 'atproto' }), { scope: 'openid' });
    expect(none.browser.page.path).toMatch(/\/password$/);
  });

  it('is asked for consent each time on the web, too', async () => {
    const id = agent('/web.json', { redirect_uris: ['https://agent.example/callback'] });
    const app = await appOf(id, 'https://agent.example/callback');
    const browser = new Traveller(server);
    await app.sendToSignIn(browser);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    expect(browser.sentTo!.searchParams.get('code')).toBeTruthy();
    await app.sendToSignIn(browser);
    expect(browser.page.path).toMatch(/\/consent$/);
  });

  it.each<[string, object]>([
    ['first_party', { first_party: true }],
    ['consent', { consent: 'never' }],
    ['an exemption from PKCE', { require_pkce: false }],
  ])('gets no privilege from its document: %s', async (what, more) => {
    const id = agent(`/${encodeURIComponent(what)}.json`, more);
    const { browser } = await askedBy(id, what.includes('PKCE') ? { code_challenge: '' } : {});
    if (what.includes('PKCE')) {
      expect(browser.sentTo?.searchParams.get('error')).toBe('invalid_request');
      return;
    }
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toMatch(/\/consent$/);
  });

  it.each<[string, string, (path: string) => string]>([
    [
      'another client_id in it',
      'client_id does not match',
      (path) => agent(path, { client_id: `${host.origin}/x` }),
    ],
    ['a secret in it', 'must not contain client_secret', (path) => agent(path, { client_secret: 'x' })],
    [
      'a redirect in the clear',
      'use https',
      (path) => agent(path, { redirect_uris: ['http://evil.example/'] }),
    ],
    [
      'a redirect to a script',
      'redirect_uris',
      (path) => agent(path, { redirect_uris: ['javascript:alert(1)'] }),
    ],
    ['the name of this service', 'one that is taken', (path) => agent(path, { client_name: 'GATEH0USE' })],
    [
      'two scripts in its name',
      'scripts that look alike',
      (path) => agent(path, { client_name: 'G\u0430tehouse' }),
    ],
    ['a declared name', 'one that is taken', (path) => agent(path, { client_name: 'Third-Party  Calendar' })],
    ['a hidden character', 'cannot be seen', (path) => agent(path, { client_name: 'Agent\u202e htimS' })],
    ['another content type', 'fetch failed', (path) => agent(path, {}, 'text/html')],
    ['six kilobytes', 'fetch failed', (path) => agent(path, { filler: 'x'.repeat(6000) })],
    ['no JSON', 'fetch failed', (path) => host.serve(path, '{')],
    ['a redirect', 'fetch failed', (path) => host.answer(path, redirecting)],
    ['a query', 'fetch not allowed', (path) => `${agent(path)}?1`],
    ['no document', 'fetch failed', (path) => host.origin + path],
  ])('is refused with %s', async (what, description, make) => {
    server.clock.advance(61_000);
    const id = make(`/refused-${encodeURIComponent(what)}.json`);
    const { browser } = await askedBy(id);
    expect(browser.page.status).toBe(400);
    expect(browser.page.text).toContain(description);
  });

  it('makes the server fetch no more than a few documents a minute for anybody', async () => {
    server.clock.advance(61_000);
    const before = host.asked.length;
    for (let n = 0; n < 15; n++) await askedBy(`${host.origin}/flood-${n}.json`);
    expect(host.asked.length - before).toBe(10);
  });

  it('of another host is not even looked at', async () => {
    server.clock.advance(61_000);
    const before = host.asked.length;
    const { browser } = await askedBy(`${host.origin.replace('127.0.0.1', 'localhost')}/agent.json`);
    expect(browser.page.text).toContain('fetch not allowed');
    expect(host.asked.length).toBe(before);
  });

  function redirecting(_req: unknown, res: ServerResponse): void {
    res.writeHead(302, { Location: `${host.origin}/agent.json` }).end();
  }
});
