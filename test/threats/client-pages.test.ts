import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { SHELL } from '../../src/admin/actor.js';
import { clientIdIn, clientPath } from '../../src/admin/clients/client-path.js';
import { Sql } from '../../src/database/sql.js';
import { fieldsOn } from '../support/browser.js';
import { newClient } from '../support/open-forms.clients.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { DECENT, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

describe('somebody who does on the pages about applications what the pages do not offer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_CLIENT_REGISTRATION: 'open' } });
  });
  afterAll(() => server.stop());

  const all = () => server.app.get(Sql).rows('SELECT * FROM client ORDER BY id');

  it('changes nothing that the clients file declares, nor what registered itself', async () => {
    const registered = String((await register(server, DECENT)).body['client_id']);
    const before = await all();
    const id = await newClient(server);
    const { browser } = await operatorOn(server, `/admin/clients/${id}/edit`);
    const form = fieldsOn(browser);
    for (const target of ['notes', registered]) {
      for (const [page, fields] of Object.entries<Record<string, string>>({
        edit: { ...form, redirect_uris: 'https://evil.example/' },
        secret: { version: '1' },
        'old-secret': {},
        logo: { version: '1', act: 'remove' },
        ...(target === registered ? {} : { remove: { confirm: target } }),
      })) {
        await browser.post(`/admin/clients/${target}/${page}`, { _csrf: form['_csrf']!, ...fields });
        expect([target, page, browser.page.status]).toEqual([target, page, 404]);
        expect((await browser.open(`/admin/clients/${target}/${page}`)).status).toBe(404);
      }
      // One that registered itself can be removed, by whoever types what it is called, and not otherwise.
      for (const confirm of ['', id, `${target}x`, target.slice(1)]) {
        await browser.post(`/admin/clients/${target}/remove`, { _csrf: form['_csrf']!, confirm });
        const refused = target === registered ? 422 : 404;
        expect([target, confirm, browser.page.status]).toEqual([target, confirm, refused]);
      }
      const clients = server.app.get(ManagedClients);
      const stolen = { client_id: target, redirect_uris: ['https://evil.example/'] };
      expect(await clients.update(SHELL, target, 1, stolen)).toEqual({ kind: 'not-here' });
      expect(await clients.create(SHELL, stolen)).toEqual({ kind: 'taken' });
    }
    expect((await all()).filter((row) => (row as { id: string }).id !== id)).toEqual(before);
  });

  it('gets no client with an address that runs something', async () => {
    const { browser } = await operatorOn(server, '/admin/clients/new/native');
    for (const uri of [
      'javascript:alert(1)',
      'data:text/html,x',
      'https://a.example/#x',
      'https://*.example/',
      'file:///etc/passwd',
    ]) {
      await browser.press('submit', { ...fieldsOn(browser), client_id: 'bad', redirect_uris: uri });
      expect([uri, browser.page.status]).toEqual([uri, 422]);
    }
    for (const field of ['policy_uri', 'tos_uri', 'client_uri', 'initiate_login_uri']) {
      const fields = {
        ...fieldsOn(browser),
        redirect_uris: 'https://a.example/cb',
        [field]: 'javascript:alert(1)',
      };
      await browser.press('submit', fields);
      expect([field, browser.page.status]).toEqual([field, 422]);
      await browser.press('submit', { ...fieldsOn(browser), [field]: '', client_id: '' });
    }
    expect(await server.app.get(ManagedClients).find('bad')).toBeUndefined();
  });

  it('makes no other id of a client by the form, and smuggles no secret and no origin in', async () => {
    const id = await newClient(server);
    const { browser } = await operatorOn(server, `/admin/clients/${id}/edit`);
    await browser.press('submit', { ...fieldsOn(browser), client_id: 'notes', client_name: 'Moved' });
    expect((await server.app.get(ManagedClients).find(id))!.name).toBe('Moved');
    for (const rest of [
      'client_secret: mine',
      'origin: file',
      'api_scope: x',
      'details_types: [x]',
      '__proto__: {a: 1}',
      'client_id: x',
      '&a [*a]',
      '[1]',
      'a: &a [x]\nb: *a',
    ]) {
      await browser.open(`/admin/clients/${id}/edit`);
      await browser.press('submit', { ...fieldsOn(browser), rest });
      expect([rest, browser.page.status]).toEqual([rest, 422]);
    }
    await browser.open(`/admin/clients/${id}/edit`);
    const { _csrf, ...fields } = fieldsOn(browser);
    await browser.post(`/admin/clients/${id}/edit`, { _csrf: _csrf!, ...fields, origin: 'file' });
    expect(browser.page.status).toBe(422);
  });

  it('sends what no database can keep, and finds nothing broken', async () => {
    const id = await newClient(server);
    const { browser } = await operatorOn(server, `/admin/clients/${id}/edit`);
    for (const [field, value] of [
      ['client_name', 'wi\0ki'],
      ['rest', 'contacts: ["\\0"]'],
      ['rest', 'jwks: {keys: [], "\\0": 1}'],
      ['rest', 'contacts: ["\\uD800"]'],
    ] as const) {
      await browser.open(`/admin/clients/${id}/edit`);
      await browser.press('submit', { ...fieldsOn(browser), [field]: value });
      expect([value, browser.page.status]).toEqual([value, 422]);
      expect(browser.page.text).toContain('a character that cannot be kept');
    }
    for (const path of ['wi%00ki', '~d2kAa2k', `${id}/refused/wi%00ki`]) {
      await browser.open(`/admin/clients/${path}`);
      expect([path, browser.page.status]).toEqual([path, 404]);
    }
    for (const query of ['search=wi%00ki', 'after=%00', 'search=%ED%A0%80', 'origin=%00']) {
      await browser.open(`/admin/clients?${query}`);
      expect([query, browser.page.status]).toEqual([query, 200]);
    }
  });

  it('shows hostile names as text, everywhere', async () => {
    const name = '<img src=x onerror=alert(1)>"\u202e';
    const id = '<script>/../?&#\'"';
    const made = await server.app.get(ManagedClients).create(SHELL, {
      client_id: id,
      client_name: name,
      redirect_uris: ['https://a.example/cb?x=<script>'],
    });
    expect(made.kind).toBe('done');
    const path = `/admin/clients/${clientPath(id)}`;
    const { browser } = await operatorOn(server, '/admin/clients');
    for (const page of [
      '/admin/clients',
      path,
      ...['edit', 'secret', 'remove', 'logo', 'settings'].map((each) => `${path}/${each}`),
    ]) {
      await browser.open(page);
      expect([page, browser.page.status]).toEqual([page, 200]);
      expect(browser.page.text).toContain('<img src=x onerror=alert(1)>');
      expect(browser.page.html.querySelectorAll('img[src=x], main script')).toHaveLength(0);
    }
    await browser.open(`${path}/remove`);
    await browser.press('submit', { confirm: id });
    expect(await server.app.get(ManagedClients).find(id)).toBeUndefined();
  });

  it.each(['abc', '1e99', '99999999999', '1.5', '-1', '0'])(
    'names a version that there never was, such as %s: it is told so, and nothing has changed',
    async (version) => {
      const id = await newClient(server);
      const { browser } = await operatorOn(server, `/admin/clients/${id}/edit`);
      const before = await all();
      const form = fieldsOn(browser);
      const pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#f00' } })
        .webp()
        .toBuffer();
      for (const [page, fields] of Object.entries<Record<string, string>>({
        edit: { ...form, client_name: 'Another' },
        secret: {},
        logo: { act: 'set', drawn: pixel.toString('base64') },
      })) {
        await browser.post(`/admin/clients/${id}/${page}`, { ...fields, _csrf: form['_csrf']!, version });
        expect([page, browser.page.status]).toEqual([page, 422]);
        expect(browser.page.text).toMatch(/Somebody else has (just )?changed this application/);
      }
      expect(await all()).toEqual(before);
    },
  );

  it.each([
    'wiki',
    'new',
    '.',
    '..',
    '~x',
    'https://a.example/client',
    '%2e%2e',
    'a b'.replace(' ', '\u{7e}'),
    'x'.repeat(255),
  ])('an id such as %s is an address of its own and no other', (id) => {
    const part = clientPath(id);
    expect(part).toMatch(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$/);
    expect(part).not.toBe('new');
    expect(clientIdIn(part)).toBe(id);
  });
});
