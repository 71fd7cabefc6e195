import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { SessionEndings } from '../../src/oidc/sessions/session-endings.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import { BackchannelApplication, cibaClients, type CibaAnswer } from '../support/ciba.js';
import { claimsOf } from '../support/device.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const refused = { status: 400, body: { error: 'invalid_grant' } };
const pending = { status: 400, body: { error: 'authorization_pending' } };
const denied = { status: 400, body: { error: 'access_denied' } };

describe('approvals that somebody else gives, fetches, or gives too easily', () => {
  let server: TestServer;
  let person: Person;
  let browser: Browser;
  let till: BackchannelApplication;
  beforeAll(async () => {
    server = await TestServer.start({
      clients: cibaClients('https://calls.example/ping'),
      env: { GATEHOUSE_RECENT_SIGN_IN: '5m' },
    });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    person = somebody();
    await server.addPerson(person);
    browser = new Browser(server);
    till = new BackchannelApplication(server);
    expect((await till.ask(person.username)).status).toBe(200);
    await browser.signIn(person);
    await browser.open('/dashboard/approvals');
  });

  async function another(): Promise<Browser> {
    const other = somebody();
    await server.addPerson(other);
    const theirs = new Browser(server);
    await new BackchannelApplication(server).ask(other.username);
    await theirs.signIn(other);
    await theirs.open('/dashboard/approvals');
    return theirs;
  }

  it.each(['approve-0', 'refuse-0'])('another person’s session can answer nothing (%s)', async (button) => {
    const { id } = browser.form(button).fields;
    const theirs = await another();
    await theirs.press(button, { id: id! });
    expect(theirs.page.text).toContain('That request is over');
    for (const wrong of ['', till.authReqId, 'x'.repeat(43)]) {
      await theirs.open('/dashboard/approvals');
      await theirs.press(button, { id: wrong });
      expect(theirs.page.text).toContain('That request is over');
    }
    expect(await till.poll()).toMatchObject(pending);
    await browser.press('approve-0');
    expect((await till.poll()).status).toBe(200);
  });

  it('nobody without a session can answer, and opening an address answers nothing', async () => {
    const { path, fields } = browser.form('approve-0');
    const stranger = new Browser(server);
    await stranger.open('/register');
    await stranger.post(path, { ...fields, _csrf: stranger.formToken });
    expect(stranger.page.path).toMatch(/\/password$/);
    expect((await browser.open(`${path}?id=${fields['id']!}`)).status).toBe(404);
    expect(await till.poll()).toMatchObject(pending);
  });

  it('an old session has to sign in anew before it approves, and may refuse as it is', async () => {
    server.clock.advance(9 * 60_000);
    await till.ask(person.username);
    await browser.open('/dashboard/approvals');
    await browser.press('approve-0');
    expect(browser.page.path).toMatch(/\/password$/);
    expect(await till.poll()).toMatchObject(pending);
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard/approvals');
    expect(await till.poll()).toMatchObject(pending);
    await browser.press('approve-0');
    const approved = await till.poll();
    expect(
      Math.abs((claimsOf(approved)['auth_time'] as number) - server.clock.now().getTime() / 1000),
    ).toBeLessThan(60);

    await till.ask(person.username);
    server.clock.advance(9 * 60_000);
    await browser.open('/dashboard/approvals');
    await browser.press('refuse-0');
    expect(await till.poll()).toMatchObject(denied);
  });

  it('a session with a password alone does not approve for an application that demands two factors', async () => {
    const bank = new BackchannelApplication(server, 'bank');
    await bank.ask(person.username);
    await browser.open('/dashboard/approvals');
    expect(browser.page.text).toContain('Bank');
    await browser.press('approve-0');
    expect(browser.page.path).toMatch(/\/enrol$/);
    expect(await bank.poll()).toMatchObject(pending);
  });

  it('nor for a request that demands them', async () => {
    const acr = new BackchannelApplication(server);
    await acr.ask(person.username, { acr_values: 'urn:gatehouse:acr:2fa' });
    await browser.open('/dashboard/approvals');
    await browser.press('approve-0');
    expect(browser.page.path).toMatch(/\/enrol$/);
    expect(await acr.poll()).toMatchObject(pending);
  });

  it('a remembered browser stands in for no second factor here', async () => {
    const secured = somebody();
    await addEnrolled(server, secured);
    await till.ask(secured.username);
    const remembered = new Browser(server);
    await remembered.open('/dashboard');
    await remembered.enterPassword(secured);
    server.clock.advance(30_000);
    const code = secured.authenticator!.code(server.clock.now());
    await remembered.press('submit', { code, remember: 'yes' });
    await remembered.press('sign-out');
    await remembered.open('/dashboard/approvals');
    await remembered.enterPassword(secured);
    expect(remembered.page.path).toBe('/dashboard/approvals');
    await remembered.press('approve-0');
    expect(remembered.page.path).toMatch(/\/totp$/);
    expect(await till.poll()).toMatchObject(pending);
  });

  it('of twenty answers at the same moment one counts, and the application gets that one', async () => {
    const approve = browser.form('approve-0');
    const refuse = browser.form('refuse-0');
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_each, n) => {
        const { path, fields } = n % 2 ? approve : refuse;
        const { headers } = await browser.once('POST', path, fields);
        return /done=([\w-]+)/.exec(headers['location'] ?? '')?.[1] ?? 'elsewhere';
      }),
    );
    const counted = answers.filter((answer) => answer === 'approval-given' || answer === 'approval-refused');
    expect(counted).toHaveLength(1);
    expect((await till.poll()).status).toBe(counted[0] === 'approval-given' ? 200 : 400);
  });

  it('of twenty who fetch the tokens at the same moment exactly one gets them, and not for long', async () => {
    await browser.press('approve-0');
    const answers = await Promise.all(Array.from({ length: 20 }, () => till.pollAtOnce()));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const answer of answers.filter((each) => each !== winners[0])) expect(answer).toMatchObject(refused);
    expect(await userinfo(winners[0]!)).toBe(401);
  });

  it('who comes too late is refused, however many they are, and never by a failure of the server', async () => {
    for (let round = 0; round < 6; round++) {
      await till.ask(person.username, { scope: 'openid offline_access' });
      await browser.open('/dashboard/approvals');
      await browser.press('approve-0');
      const answers: CibaAnswer[] = [];
      // Some lose the race for the request, others find that it is spent: both end what it gave, at the same time.
      const asked = Array.from({ length: 40 }, async (_each, n) => {
        await pause(n);
        answers.push(await till.pollAtOnce());
      });
      await Promise.all(asked);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(39);
    }
  });

  it('a request that was redeemed comes again in vain, and ends what it gave', async () => {
    await browser.press('approve-0');
    const tokens = await till.poll();
    expect(await userinfo(tokens)).toBe(200);
    expect(await till.poll()).toMatchObject(refused);
    expect(await userinfo(tokens)).toBe(401);
  });

  it('a request is worth nothing to another application', async () => {
    await browser.press('approve-0');
    const bank = new BackchannelApplication(server, 'bank');
    bank.authReqId = till.authReqId;
    expect(await bank.poll()).toMatchObject(refused);
    expect((await till.poll()).status).toBe(200);
  });

  it('an approval of a request that is over is none', async () => {
    const { path, fields } = browser.form('approve-0');
    server.clock.advance(10 * 60_000 + 1_000);
    const other = new Browser(server);
    await other.signIn(person);
    await other.open('/dashboard/approvals');
    expect(other.page.text).toContain('Nothing waits');
    await other.open('/dashboard/sessions');
    await other.post(path, { ...fields, _csrf: other.formToken });
    expect(other.page.text).toContain('That request is over');
    expect(await till.poll()).toMatchObject({ status: 400, body: { error: 'expired_token' } });
  });

  it('signed out, nobody fetches tokens, and those that were fetched are dead', async () => {
    await browser.press('approve-0');
    const second = new BackchannelApplication(server);
    await second.ask(person.username);
    await browser.open('/dashboard/approvals');
    await browser.press('approve-0');
    const tokens = await second.poll();
    await browser.open('/dashboard');
    await browser.press('sign-out');
    expect(await till.poll()).toMatchObject(refused);
    expect(await userinfo(tokens)).toBe(401);
  });

  it('a disabled account looks like none, and what waited for it is gone', async () => {
    await server.app
      .get(Accounts)
      .disable((await server.app.get(Accounts).findByIdentifier(person.username))!.id);
    const [unknown, disabled] = [await till.ask('nobody-at-all'), await till.ask(person.username)];
    expect(disabled).toEqual(unknown);
    expect(unknown).toMatchObject({ status: 400, body: { error: 'unknown_user_id' } });
  });

  it('an application that goes through names is stopped, whether they exist or not; another is not', async () => {
    const post = new BackchannelApplication(server, 'post');
    for (let n = 0; n < 30; n++)
      expect((await post.ask(`nobody-${n}`)).body['error']).toBe('unknown_user_id');
    expect((await post.ask('nobody-more')).status).toBe(429);
    expect((await post.ask(person.username)).status).toBe(429);
    expect((await till.ask(person.username)).status).toBe(200);
    server.clock.advance(15 * 60_000);
    expect((await post.ask(person.username)).status).toBe(200);
  });

  it('an application cannot fill the account centre of one person', async () => {
    for (let n = 1; n < 20; n++) expect((await till.ask(person.username)).status).toBe(200);
    expect((await till.ask(person.username)).status).toBe(429);
    // Another one has places of its own; and an answer makes room for one more.
    expect((await new BackchannelApplication(server, 'bank').ask(person.username)).status).toBe(200);
    await browser.open('/dashboard/approvals');
    await browser.press('refuse-1');
    expect((await till.ask(person.username)).status).toBe(200);
  });

  it('nor with many requests at the same moment', async () => {
    const askAtOnce = async (length: number) => {
      const asking = Array.from({ length }, () => new BackchannelApplication(server).ask(person.username));
      const answers = await Promise.all(asking);
      for (const { status, body } of answers)
        expect([200, 429]).toContain(status === 429 && body['error'] !== 'too_many_requests' ? 0 : status);
      return answers.filter(({ status }) => status === 200).length;
    };
    expect(await askAtOnce(40)).toBe(19);
    await browser.open('/dashboard/approvals');
    expect(browser.page.html.querySelectorAll('[id^=approve-]')).toHaveLength(20);
    for (const button of ['approve-3', 'refuse-0']) {
      await browser.press(button);
      await browser.open('/dashboard/approvals');
    }
    expect(await askAtOnce(6)).toBe(2);
    // What nobody has answered makes room once it is over.
    server.clock.advance(601_000);
    expect(await askAtOnce(22)).toBe(20);
  });

  it.each([
    ['the sessions end', (accountId: string) => server.app.get(SessionEndings).everything(accountId)],
    [
      'the person takes back what they allowed it',
      (accountId: string) => server.app.get(SessionEndings).ofClient(accountId, 'till'),
    ],
  ])('has room again when %s', async (_what, end) => {
    for (let n = 1; n < 20; n++) await till.ask(person.username);
    expect((await till.ask(person.username)).status).toBe(429);
    await end((await server.app.get(Accounts).findByIdentifier(person.username))!.id);
    expect((await till.ask(person.username)).status).toBe(200);
  });

  async function userinfo({ body }: CibaAnswer): Promise<number> {
    const token = body['access_token'] as string;
    return (await fetch(`${server.url}/oidc/userinfo`, { headers: { Authorization: `Bearer ${token}` } }))
      .status;
  }
});
