import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectedApplications } from '../../src/oidc/sessions/connected-applications.service.js';
import { LogoutNotices } from '../../src/oidc/sessions/logout-notices.service.js';
import { SessionList } from '../../src/oidc/sessions/session-list.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

describe('somebody who knows another person’s identifiers', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  async function signedIn() {
    const person = somebody();
    const { id: accountId } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const application = new Application(server, 'calendar');
    await browser.open(application.authorizationUrl());
    await browser.press('submit');
    const tokens = await application.redeem(application.codeFrom(browser));
    const [session] = await server.app.get(SessionList).of(accountId, '');
    return { accountId, browser, application, tokens, session: session! };
  }

  const isUnharmed = async ({ browser, application, tokens }: Awaited<ReturnType<typeof signedIn>>) =>
    (await browser.once('GET', '/dashboard')).status === 200 &&
    (await application.userinfo(tokens.access_token!)).status === 200;

  it('cannot end that person’s session, nor make it disappear from the list', async () => {
    const [victim, attacker] = [await signedIn(), await signedIn()];
    const list = server.app.get(SessionList);
    expect(await list.end(attacker.accountId, victim.session.id)).toBeUndefined();
    await list.endOthers(attacker.accountId, 'no session of anybody’s');
    expect(await isUnharmed(victim)).toBe(true);
    expect(await list.of(victim.accountId, '')).toEqual([victim.session]);
    expect(await isUnharmed(attacker)).toBe(false);
  });

  it('cannot see that person’s session', async () => {
    const [victim, attacker] = [await signedIn(), await signedIn()];
    const seen = await server.app.get(SessionList).of(attacker.accountId, '');
    expect(seen.map(({ id }) => id)).toEqual([attacker.session.id]);
    expect(seen.map(({ id }) => id)).not.toContain(victim.session.id);
  });

  it('cannot take an application away from that person', async () => {
    const [victim, attacker] = [await signedIn(), await signedIn()];
    await server.app.get(ConnectedApplications).revoke(attacker.accountId, 'calendar');
    expect(await isUnharmed(victim)).toBe(true);
    expect((await attacker.application.userinfo(attacker.tokens.access_token!)).status).toBe(401);
  });

  it('cannot read the receipt of that person’s sign-out', async () => {
    const [victim, attacker] = [await signedIn(), await signedIn()];
    const receiptId = await server.app.get(SessionList).end(victim.accountId, victim.session.id);
    const notices = server.app.get(LogoutNotices);
    expect(await notices.receipt(victim.accountId, receiptId!)).toHaveLength(1);
    expect(await notices.receipt(attacker.accountId, receiptId!)).toEqual([]);
    expect(await notices.receiptOf('')).toEqual([]);
  });
});
