import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientRefusals } from '../../src/clients/client-refusals.service.js';
import { Sql } from '../../src/database/sql.js';
import { newClient } from '../support/open-forms.clients.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestServer } from '../support/server.js';

/** Whoever has as much refused as they like fills neither memory nor disk, hides nothing, and gets nothing onto a page but text. */
describe('a flood of refusals', () => {
  let server: TestServer;
  let refusals: ClientRefusals;
  beforeAll(async () => {
    server = await TestServer.start();
    refusals = server.app.get(ClientRefusals);
  });
  afterAll(() => server.stop());

  const stored = async (clientId: string) =>
    server.app
      .get(Sql)
      .rows<{ value: string; count: number | string }>(
        'SELECT value, count FROM client_refusal WHERE client_id = ?',
        clientId,
      );
  const flood = (id: string, from: number, to: number, times = 1) => {
    for (let n = from; n < to; n++)
      for (let each = 0; each < times; each++) refusals.note(id, 'redirect_uri', `https://evil.example/${n}`);
  };

  it('of one client keeps fifty, whatever comes', async () => {
    const id = await newClient(server);
    for (let round = 0; round < 10; round++) {
      flood(id, round * 1_000, (round + 1) * 1_000);
      await refusals.flush();
    }
    expect((await stored(id)).length).toBeLessThanOrEqual(50);
  });

  it('does not push out what is frequent; and what is frequent does not keep out what is new', async () => {
    const id = await newClient(server);
    for (let n = 0; n < 5; n++) refusals.note(id, 'redirect_uri', 'https://honest.example/cb');
    await refusals.flush();
    for (let round = 0; round < 8; round++) {
      server.clock.advance(1_000);
      flood(id, round * 20, (round + 1) * 20);
      await refusals.flush();
    }
    expect(await stored(id)).toContainEqual({ value: 'https://honest.example/cb', count: expect.anything() });
    for (let round = 0; round < 8; round++) {
      server.clock.advance(1_000);
      flood(id, round * 20, (round + 1) * 20, 50);
      await refusals.flush();
    }
    server.clock.advance(1_000);
    refusals.note(id, 'redirect_uri', 'https://new.example/cb');
    await refusals.flush();
    expect((await stored(id)).map(({ value }) => value)).toContain('https://new.example/cb');
  });

  it('under many client ids is one list: ids that nobody has make none of their own', async () => {
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 500; n++)
        refusals.note(`nobody-${round}-${n}`, 'redirect_uri', 'https://evil.example/');
      await refusals.flush();
    }
    expect((await stored('')).length).toBeLessThanOrEqual(50);
    const all = await server.app.get(Sql).rows('SELECT id FROM client_refusal');
    expect(all.length).toBeLessThanOrEqual(150);
  });

  it('under many client ids leaves room for those of clients that there are', async () => {
    const id = await newClient(server);
    const asks = (clientId: string) =>
      fetch(
        `${server.url}/oidc/auth?client_id=${clientId}&response_type=code&scope=openid&redirect_uri=${encodeURIComponent('https://honest.example/cb/')}`,
      );
    for (let n = 0; n < 250; n++) await asks(`nobody-${n}`);
    await asks(id);
    await refusals.flush();
    expect(await stored(id)).toEqual([{ value: 'https://honest.example/cb/', count: expect.anything() }]);
    expect((await stored('')).length).toBeGreaterThan(0);
  });

  it('is old one day', async () => {
    server.clock.advance(31 * 24 * 3_600_000);
    const id = await newClient(server);
    refusals.note(id, 'scope', 'groups');
    await refusals.flush();
    expect(await server.app.get(Sql).rows('SELECT client_id FROM client_refusal')).toEqual([
      { client_id: id },
    ]);
  });

  it('writes nothing while it is being refused, and one commit afterwards', async () => {
    const id = await newClient(server);
    const before = (await stored(id)).length;
    const request = new URLSearchParams({
      client_id: id,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://evil.example/',
    });
    for (let n = 0; n < 20; n++) await fetch(`${server.url}/oidc/auth?${request.toString()}`);
    expect((await stored(id)).length).toBe(before);
    await refusals.flush();
    expect(await stored(id)).toEqual([{ value: 'https://evil.example/', count: expect.anything() }]);
  });

  it('puts nothing onto the page but text, without what is secret in an address', async () => {
    const id = await newClient(server);
    for (const value of [
      '"><script>alert(1)</script>',
      'javascript:alert(1)',
      'https://a.example/\u202egpj.exe',
      'https://a.example/cb#access_token=very-secret',
      'https://user:very-secret@a.example/cb',
      `https://a.example/${'x'.repeat(50_000)}`,
    ])
      refusals.note(id, 'redirect_uri', value);
    await refusals.flush();
    expect(JSON.stringify(await stored(id))).not.toContain('very-secret');
    const { browser } = await operatorOn(server, `/admin/clients/${id}`);
    const { html, text } = browser.page;
    expect(html.querySelectorAll('main script')).toHaveLength(0);
    expect(html.querySelectorAll('a[href^="javascript:"]')).toHaveLength(0);
    expect(text).not.toContain('\u202e');
    expect(text.length).toBeLessThan(8_000);
    // What is not to the letter what was sent cannot be added; a script can be asked for, and is refused.
    const add = html.querySelectorAll('a[id^="add-"]').map((link) => link.getAttribute('href')!);
    expect(add.length).toBeGreaterThan(0);
    for (const path of add) {
      await browser.open(path);
      await browser.press('submit');
      expect(browser.page.status).toBe(422);
    }
  });

  it('cannot be used to add an address that was never refused, or was to another client', async () => {
    const [id, other] = [await newClient(server), await newClient(server)];
    refusals.note(other, 'redirect_uri', 'https://other.example/cb');
    refusals.note('notes', 'redirect_uri', 'https://notes.example/cb');
    refusals.note(other, 'scope', 'groups');
    await refusals.flush();
    const { browser } = await operatorOn(server, `/admin/clients/${id}/edit`);
    const token = { _csrf: browser.formToken };
    const rows = await server.app
      .get(Sql)
      .rows<{ id: string; client_id: string }>('SELECT id, client_id FROM client_refusal');
    for (const row of rows) {
      await browser.post(`/admin/clients/${id}/refused/${row.id}`, {
        ...token,
        uri: 'https://evil.example/',
      });
      if (row.client_id === id) continue;
      expect(browser.page.status).toBe(404);
    }
    for (const row of rows.filter(({ client_id: client }) => client === 'notes')) {
      await browser.post(`/admin/clients/notes/refused/${row.id}`, token);
      expect(browser.page.status).toBe(404);
    }
  });
});
