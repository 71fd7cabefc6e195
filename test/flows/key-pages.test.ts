import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Sql } from '../../src/database/sql.js';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import type { Browser } from '../support/browser.js';
import { idToken, kidOf } from '../support/id-token.js';
import { publishedKids } from '../support/key-cache.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestServer } from '../support/server.js';

const HOUR = 3_600_000;

describe('an operator with the signing keys', () => {
  let server: TestServer;
  let browser: Browser;
  let operatorId: string;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_KEY_ROTATION: 'off', GATEHOUSE_RECENT_SIGN_IN: '1h' },
    });
    ({ browser } = await operatorOn(server, '/admin/keys'));
    [{ id: operatorId } = { id: '' }] = await server.app
      .get(Sql)
      .rows<{ id: string }>('SELECT id FROM account');
  });
  afterAll(() => server.stop());

  const list = async () => {
    await browser.open('/admin/keys');
    return browser.page.html.querySelectorAll('.entries > li').map((item) => ({
      kid: item.querySelector('code')!.text,
      state: item.querySelector('.state')!.text,
    }));
  };
  const states = async () => (await list()).map(({ state }) => state);
  const lastEvent = async (name: string) => {
    const [event] = (await server.app.get(AuditLog).page({ name }, 1)).events;
    return { address: event!.address, detail: JSON.parse(event!.detail!) as Record<string, unknown> };
  };

  it('sees which signs, and no private half of any', async () => {
    expect(await states()).toEqual(['Signs', 'Signs']);
    const sealed = await server.app
      .get(Sql)
      .rows<{ sealed_jwk: string }>('SELECT sealed_jwk FROM signing_key');
    for (const { sealed_jwk } of sealed) expect(browser.page.html.toString()).not.toContain(sealed_jwk);
    expect(browser.page.html.toString()).not.toMatch(/"d"|PRIVATE/);
  });

  it('publishes the next ones, which sign after a day', async () => {
    await browser.click('rotate');
    await browser.press('submit', { when: 'at-once' });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', { when: 'in-a-day' });
    expect(browser.page.text).toContain('New signing keys are published');
    expect(await states()).toEqual(['Published', 'Signs', 'Published', 'Signs']);
    // At once on this instance.
    expect(await publishedKids(server.url)).toHaveLength(4);
    const { detail, address } = await lastEvent('signing-key.published');
    expect(address).not.toBeNull();
    expect(detail).toMatchObject({ by: operatorId, before: { next: null }, after: { next: detail['kid'] } });
    await browser.open('/admin/keys/rotate');
    await browser.press('submit', { when: 'in-a-day' });
    expect(browser.page.text).toContain('published already');
  });

  it('revokes the one that signs by typing its id, and the next one signs at once', async () => {
    const old = kidOf(await idToken(server.app, 'notes', HOUR));
    await browser.open('/admin/keys');
    await browser.click(`revoke-${old}`);
    expect(browser.page.text).toContain('another key signs at once');
    for (const kid of ['', 'yes', old.toLowerCase()]) {
      await browser.press('submit', { kid });
      expect(browser.page.status).toBe(422);
    }
    await browser.press('submit', { kid: ` ${old} ` });
    expect(browser.page.text).toContain('The key is revoked');
    expect((await list()).find(({ kid }) => kid === old)!.state).toBe('Revoked');
    expect(await publishedKids(server.url)).not.toContain(old);
    await server.app.get(KeyRotation).turn();
    const now = kidOf(await idToken(server.app, 'notes', HOUR));
    expect(now).not.toBe(old);
    expect((await lastEvent('signing-key.revoked')).detail).toEqual({
      by: operatorId,
      kid: old,
      alg: 'RS256',
      before: { state: 'signs' },
      after: { state: 'revoked', signing: now },
    });
    expect((await browser.open(`/admin/keys/${old}/revoke`)).status).toBe(404);
  });
});
