import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectedApplications } from '../../src/oidc/sessions/connected-applications.service.js';
import { SessionList } from '../../src/oidc/sessions/session-list.service.js';
import { RememberedDevices } from '../../src/mfa/remembered-devices.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const VICTIMS_BROWSER =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

/** CWE-639: whoever has learned an identifier of another person's posts it as one's own. */
describe('a person who sends another person’s identifiers', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** With a session, a remembered browser and, if wanted, an application. */
  async function somebodySignedIn(userAgent: string, client?: 'calendar') {
    const person = somebody();
    const { id: accountId } = await addEnrolled(server, person);
    const browser = new Browser(server, { 'User-Agent': userAgent });
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    server.clock.advance(30_000);
    await browser.press('submit', {
      code: person.authenticator!.code(server.clock.now()),
      remember: 'yes',
    });
    const application = new Application(server, 'calendar');
    if (!client) return { person, accountId, browser, application, tokens: undefined };
    await browser.open(application.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await browser.press('submit');
    const tokens = await application.redeem(application.codeFrom(browser));
    return { person, accountId, browser, application, tokens };
  }

  const pair = async () => ({
    victim: await somebodySignedIn(VICTIMS_BROWSER, 'calendar'),
    attacker: await somebodySignedIn('curl/8'),
  });
  const everythingOf = async (accountId: string) => ({
    sessions: await server.app.get(SessionList).of(accountId, ''),
    devices: await server.app.get(RememberedDevices).list(accountId),
    applications: await server.app.get(ConnectedApplications).of(accountId),
  });

  it('ends no session of that person’s, forgets none of their browsers, revokes none of their applications', async () => {
    const { victim, attacker } = await pair();
    const before = await everythingOf(victim.accountId);
    expect([before.sessions, before.devices, before.applications].map(({ length }) => length)).toEqual([
      1, 1, 1,
    ]);
    await attacker.browser.open('/dashboard/sessions');
    const _csrf = attacker.browser.formToken;
    const post = async (path: string, fields: Record<string, string>) => {
      await attacker.browser.post(path, { _csrf, ...fields });
      return attacker.browser.page;
    };

    for (const [path, fields, answer] of [
      ['sessions/end', { id: before.sessions[0]!.id }, 'sessions?done=session-gone'],
      ['sessions/end-others', {}, 'sessions?done=sessions-ended'],
      ['devices/forget', { id: before.devices[0]!.id }, 'devices?done=device-gone'],
      ['devices/forget-all', {}, 'devices?done=devices-forgotten'],
      ['applications/revoke', { client: 'calendar' }, 'applications?done=application-gone'],
    ] as const) {
      const page = await post(`/dashboard/${path}`, fields);
      expect([path, page.path]).toEqual([path, `/dashboard/${answer}`]);
    }
    // Nor by naming the owner as well.
    for (const path of ['sessions/end', 'devices/forget']) {
      const id = path === 'sessions/end' ? before.sessions[0]!.id : before.devices[0]!.id;
      const page = await post(`/dashboard/${path}`, { id, accountId: victim.accountId });
      expect(page.path).toMatch(/-gone$/);
    }

    expect(await everythingOf(victim.accountId)).toEqual(before);
    expect((await victim.application.userinfo(victim.tokens!.access_token!)).status).toBe(200);
    expect((await victim.application.refresh(victim.tokens!.refresh_token!)).status).toBe(200);
    expect((await victim.browser.once('GET', '/dashboard')).status).toBe(200);
  });

  it('is answered as with an identifier that nobody has: it tells nothing', async () => {
    const { victim, attacker } = await pair();
    const { sessions, devices } = await everythingOf(victim.accountId);
    await attacker.browser.open('/dashboard/sessions');
    const _csrf = attacker.browser.formToken;
    const answers = async (path: string, ...bodies: Record<string, string>[]) => {
      const seen = new Set<string>();
      for (const fields of bodies) {
        await attacker.browser.post(`/dashboard/${path}`, { _csrf, ...fields });
        seen.add(`${attacker.browser.page.status} ${attacker.browser.page.path}`);
      }
      return seen.size;
    };
    const nobodys = 'A'.repeat(43);
    expect(await answers('sessions/end', { id: sessions[0]!.id }, { id: nobodys }, { id: '' }, {})).toBe(1);
    expect(await answers('devices/forget', { id: devices[0]!.id }, { id: nobodys }, { id: '' }, {})).toBe(1);
    expect(await answers('applications/revoke', { client: 'calendar' }, { client: nobodys }, {})).toBe(1);
  });

  it('sees nothing of theirs on any page', async () => {
    const { victim, attacker } = await pair();
    const { sessions, devices } = await everythingOf(victim.accountId);
    for (const page of [
      '',
      '/sessions',
      '/devices',
      '/applications',
      '/applications/revoke?client=calendar',
    ]) {
      await attacker.browser.open(`/dashboard${page}`);
      expect([page, attacker.browser.page.status]).toEqual([page, 200]);
      const html = attacker.browser.page.html.toString();
      for (const theirs of [
        sessions[0]!.id,
        devices[0]!.id,
        victim.person.username,
        victim.person.email,
        'iPhone',
        'Third-party Calendar',
      ])
        expect([page, html.includes(theirs)]).toEqual([page, false]);
    }
  });
});
