import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { Groups } from '../../src/users/groups.service.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { ApacheApp } from './apache.app.js';
import { Traveller } from './traveller.js';

describe('an application behind Apache with mod_auth_openidc', () => {
  let server: TestServer;
  let app: ApacheApp;
  const admin = somebody();
  const person = somebody();

  beforeAll(async () => {
    app = await ApacheApp.at();
    server = await TestServer.start({
      clients: stringify({ groups: [{ name: 'admins' }], clients: [app.client] }),
      env: { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' },
    });
    await addEnrolled(server, person);
    const { id } = await addEnrolled(server, admin);
    await server.app.get(Groups).add(id, 'admins');
    await app.start(server.url);
  });
  afterAll(async () => {
    await app.stop();
    await server.stop();
  });

  /** The application's page, the person asked for everything on the way. */
  async function signedIn(who: Person, path = '/'): Promise<Traveller> {
    const browser = new Traveller(server, [app.url]);
    await browser.open(app.url + path);
    expect(browser.page.text).toContain('Intranet');
    await browser.enterPassword(who);
    await browser.enterTotp(who);
    if (browser.page.path.endsWith('/consent')) await browser.press('submit');
    return browser;
  }

  it('learns who signed in with TOTP, how, and in which groups they are', async () => {
    const { page } = await signedIn(admin, '/admin/users?page=2');
    expect(page.path).toBe('/admin/users');
    expect(JSON.parse(page.text)).toMatchObject({
      'x-remote-user': admin.username,
      oidc_claim_email: admin.email,
      oidc_claim_groups: 'admins',
      oidc_claim_acr: 'urn:gatehouse:acr:2fa',
    });
  });

  it('keeps those out of a path who are in the wrong groups', async () => {
    const browser = await signedIn(person);
    expect(browser.page.status).toBe(200);
    expect((await browser.open(`${app.url}/admin`)).status).toBe(401);
  });

  it('signs out here as well, and comes back', async () => {
    const browser = await signedIn(person);
    await browser.open(`${app.url}/oidc/callback?logout=${encodeURIComponent(`${app.url}/`)}`);
    expect(browser.page.path).toMatch(/^\/oidc\/session\/end/);
    await browser.press('submit');
    expect(browser.page.path).toMatch(/\/password$/);
    expect(browser.page.text).toContain('Intranet');
  });

  it('is told of a session that ended elsewhere', async () => {
    const browser = await signedIn(person);
    await browser.open('/dashboard');
    await browser.press('sign-out');
    for (let waited = 0; waited < 10_000; waited += 100) {
      await browser.open(`${app.url}/`);
      if (browser.page.status !== 200 || browser.page.path !== '/') break;
      await pause(100);
    }
    expect(browser.page.path).toMatch(/\/password$/);
  });
});
