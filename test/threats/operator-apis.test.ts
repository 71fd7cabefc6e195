import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHELL } from '../../src/admin/actor.js';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { Sql } from '../../src/database/sql.js';
import { fieldsOn } from '../support/browser.js';
import { newApi, newMachine, tokenOf } from '../support/operator-apis.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { DECENT, register } from '../support/self-registered.js';
import { CLIENTS, TestServer } from '../support/server.js';

const STOCK = 'https://stock.example/';
const partOf = (identifier: string) => `~${Buffer.from(identifier).toString('base64url')}`;

describe('somebody who does on the pages about APIs what the pages do not offer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      clients: `${CLIENTS}apis:\n  - {identifier: '${STOCK}', scopes: ['stock:read']}\n`,
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'open' },
    });
  });
  afterAll(() => server.stop());

  const all = () => server.app.get(Sql).rows('SELECT * FROM declaration ORDER BY kind, name');

  it('changes nothing that the clients file declares', async () => {
    const { browser } = await operatorOn(server, '/admin/apis/new');
    const form = fieldsOn(browser);
    const before = await all();
    for (const [page, fields] of Object.entries<Record<string, string>>({
      edit: { ...form, version: '1', identifier: STOCK, scopes: 'stock:write' },
      remove: { _csrf: form['_csrf']!, confirm: STOCK },
    })) {
      await browser.post(`/admin/apis/${partOf(STOCK)}/${page}`, fields);
      expect([page, browser.page.status]).toEqual([page, 404]);
    }
    await browser.post('/admin/apis/new', { ...form, identifier: STOCK, scopes: 'stock:write' });
    expect(browser.page.status).toBe(422);
    expect(await all()).toEqual(before);
  });

  it('makes none in the place of Gatehouse’s own, and so gets no token for that', async () => {
    const { browser } = await operatorOn(server, '/admin/apis/new');
    const own = `${server.url}/api/v1`;
    for (const identifier of [own, `${own}/`, `${own}/users`, own.replace('http', 'HTTP')]) {
      await browser.press('submit', { ...fieldsOn(browser), identifier, scopes: 'users:write' });
      expect([identifier, browser.page.status]).toEqual([identifier, 422]);
      expect(browser.page.text).toContain('is the API of Gatehouse itself');
    }
    const named = await server.app.get(ManagedClients).create(SHELL, {
      client_id: 'heir',
      grant_types: ['client_credentials'],
      apis: [own],
    });
    expect(named.kind).toBe('mistaken');
    const identifier = await newApi(server, { scopes: ['users:write'] });
    const machine = await newMachine(server, 'other-heir', [identifier]);
    expect((await tokenOf(machine, { resource: own })).body['error']).toBe('invalid_target');
  });

  it('makes no stranger the API: one that registered itself looks at nobody’s tokens', async () => {
    const stranger = String((await register(server, DECENT)).body['client_id']);
    const { browser } = await operatorOn(server, '/admin/apis/new');
    await browser.press('submit', {
      ...fieldsOn(browser),
      identifier: 'https://a.example/',
      client_id: stranger,
    });
    expect([browser.page.status, browser.page.text]).toEqual([
      422,
      expect.stringContaining(`there is no client “${stranger}”`),
    ]);
  });

  it('renames none by the form, and smuggles no origin and no version in', async () => {
    const identifier = await newApi(server, { name: 'Before' });
    const { browser } = await operatorOn(server, `/admin/apis/${partOf(identifier)}/edit`);
    await browser.press('submit', { ...fieldsOn(browser), identifier: STOCK, name: 'After' });
    const apis = server.app.get(ManagedApis);
    expect((await apis.find(identifier))!.fields).toEqual({ identifier, name: 'After' });
    for (const [field, value] of [
      ['origin', 'file'],
      ['access_token_ttl', '9'],
      ['toString', 'x'],
    ] as const) {
      await browser.open(`/admin/apis/${partOf(identifier)}/edit`);
      await browser.press('submit', { ...fieldsOn(browser), name: 'Smuggled', [field]: value });
      expect([field, browser.page.status]).toEqual([field, 422]);
    }
    for (const version of ['', '0', '-1', 'x', '9'.repeat(30), '1']) {
      await browser.open(`/admin/apis/${partOf(identifier)}/edit`);
      await browser.press('submit', { ...fieldsOn(browser), version, name: 'Unseen' });
      expect([version, browser.page.status]).toEqual([version, 422]);
    }
    expect((await apis.find(identifier))!.fields['name']).toBe('After');
  });

  it('sends what no database can keep or no page can show, and finds nothing broken', async () => {
    const identifier = await newApi(server);
    const { browser } = await operatorOn(server, `/admin/apis/${partOf(identifier)}/edit`);
    for (const [field, value] of [
      ['name', 'sto\0ck'],
      ['name', 'x'.repeat(201)],
      ['name', 'a\u2028b'],
      ['scopes', 'a\0b'],
      ['scopes', 'gatehouse:users.write'],
      ['scopes', 'read\nread twice'],
      ['scopes', `read ${'x'.repeat(501)}`],
      ['scopes', 'x'.repeat(9_000)],
      ['access_token_lifetime', '1e3'],
      ['access_token_lifetime', '99999999999999999999'],
      ['access_token_format', 'xml'],
      ['access_token_signed_response_alg', 'none'],
      ['client_id', 'no\0tes'],
      ['seen', '[1]'],
    ] as const) {
      await browser.open(`/admin/apis/${partOf(identifier)}/edit`);
      await browser.press('submit', {
        ...fieldsOn(browser),
        [field]: value,
        ...(field === 'seen' ? { version: '7' } : {}),
      });
      expect([field, value, browser.page.status]).toEqual([field, value, 422]);
    }
    for (const path of [
      'sto%00ck',
      '~AA',
      partOf('https://a\0b/'),
      partOf('orders'),
      '~4oI',
      '~'.repeat(500),
    ]) {
      await browser.open(`/admin/apis/${path}`);
      expect([path, browser.page.status]).toEqual([path, 404]);
    }
    for (const query of ['after=%00', 'after=%ED%A0%80', `after=${'x'.repeat(2000)}`, 'after=a&after=b']) {
      await browser.open(`/admin/apis?${query}`);
      expect([query, browser.page.status]).toEqual([query, 200]);
    }
    expect((await server.app.get(ManagedApis).find(identifier))!.fields).toEqual({ identifier });
  });

  it('writes something that is shown and never interpreted', async () => {
    const evil = '<script>alert(1)</script>{{csrf}}';
    const identifier = await newApi(server, { name: evil, scopes: [{ name: '<b>', description: evil }] });
    const { browser } = await operatorOn(server, `/admin/apis/${partOf(identifier)}`);
    for (const page of ['', '/edit', '/remove']) {
      await browser.open(`/admin/apis/${partOf(identifier)}${page}`);
      expect(browser.page.html.toString()).not.toContain(evil);
      expect(browser.page.html.querySelectorAll('main script, main b')).toEqual([]);
    }
    await browser.open('/admin/apis');
    expect(browser.page.text).toContain(evil);
  });

  it('gets from the first API that there is nothing but what it was let', async () => {
    const bare = await TestServer.start();
    try {
      const apis = bare.app.get(ManagedApis);
      const identifier = await newApi(bare, { scopes: ['pay'] });
      const meter = await newMachine(bare, 'meter', [identifier], { scope: 'openid' });
      await apis.remove(SHELL, identifier);
      // Made while there was no API at all.
      const { fields, version } = (await bare.app.get(ManagedClients).find('meter'))!;
      expect(await bare.app.get(Sql).rows('SELECT 1 FROM declaration')).toEqual([]);
      expect((await bare.app.get(ManagedClients).find('meter'))!.metadata['api_scope']).toBe('');
      await bare.app
        .get(Sql)
        .run(
          `INSERT INTO declaration (kind, name, origin, version, body) VALUES ('apis', ?, 'operator', 1, ?)`,
          identifier,
          JSON.stringify({ identifier, scopes: ['pay'] }),
        );
      expect((await tokenOf(meter, { resource: identifier, scope: 'pay' })).body['error']).toBe(
        'invalid_scope',
      );
      expect([fields['scope'], version]).toEqual(['openid', 1]);
    } finally {
      await bare.stop();
    }
  });
});
