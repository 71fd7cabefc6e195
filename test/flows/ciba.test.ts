import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { PingDelivery } from '../../src/oidc/devices/ping-delivery.service.js';
import { Browser } from '../support/browser.js';
import { BackchannelApplication, cibaClients, PingListener, STOCK } from '../support/ciba.js';
import { shell } from '../support/claims.js';
import { claimsOf } from '../support/device.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { letter, linkTo } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import { outboxEmptied } from '../support/outbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const pending = { status: 400, body: { error: 'authorization_pending' } };

describe('an application that asks for an approval (CIBA)', () => {
  let listener: PingListener;
  let mailbox: TestMailbox;
  let server: TestServer;
  let person: Person;
  let browser: Browser;
  let till: BackchannelApplication;
  beforeAll(async () => {
    listener = await PingListener.at();
    await listener.up();
    mailbox = await TestMailbox.start();
    server = await TestServer.start({
      clients: cibaClients(listener.address) + STOCK,
      env: { SMTP_URL: mailbox.url, GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' },
    });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
    await listener.down();
  });
  beforeEach(async () => {
    person = somebody();
    await server.addPerson(person);
    browser = new Browser(server);
    till = new BackchannelApplication(server);
    listener.status = 204;
    listener.pings.length = 0;
  });

  const seen = () => browser.open('/dashboard/approvals');

  it('is told how by discovery', async () => {
    const answer = await fetch(`${server.url}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      backchannel_authentication_endpoint: `${server.url}/oidc/backchannel`,
      backchannel_token_delivery_modes_supported: ['poll', 'ping'],
      backchannel_user_code_parameter_supported: false,
    });
  });

  it('is named in the account centre with what it wants, and gets the tokens once it is approved', async () => {
    const asked = await till.ask(person.email, { binding_message: 'W4SCT till 7' });
    expect(asked).toMatchObject({ status: 200, body: { expires_in: 600, interval: 5 } });
    expect(await till.poll()).toMatchObject(pending);

    await browser.signIn(person);
    expect(browser.page.text).toContain('An application waits for your answer');
    await browser.click('see-approvals');
    expect(browser.page.text).toContain('Corner Shop Till');
    expect(browser.page.text).toContain('W4SCT till 7');
    expect(browser.page.text).toContain('e-mail address');
    expect(browser.page.html.toString()).not.toContain(till.authReqId);
    expect(await till.poll()).toMatchObject(pending);

    await browser.press('approve-0');
    expect(browser.page.text).toContain('Approved');
    expect(browser.page.text).toContain('Nothing waits for your answer');
    const answer = await till.poll();
    expect(answer.status).toBe(200);
    expect(claimsOf(answer)).toMatchObject({
      aud: 'till',
      email: person.email,
      acr: 'urn:gatehouse:acr:1fa',
      amr: ['pwd'],
    });
    expect(
      Math.abs((claimsOf(answer)['auth_time'] as number) - server.clock.now().getTime() / 1000),
    ).toBeLessThan(60);
    expect(answer.body['refresh_token']).toBeUndefined();

    await browser.open('/dashboard/applications');
    expect(browser.page.text).toContain('Corner Shop Till');
    await browser.open('/dashboard/activity');
    expect(browser.page.text).toContain('An application’s request was approved');
  });

  it.each([
    ['user name', () => person.username.toUpperCase()],
    ['address', () => person.email],
  ])('names the person by %s', async (_how, hint) => {
    expect((await till.ask(hint())).status).toBe(200);
  });

  it('names the person by an ID token of theirs', async () => {
    await till.ask(person.username);
    await browser.signIn(person);
    await seen();
    await browser.press('approve-0');
    const idToken = (await till.poll()).body['id_token'] as string;
    expect((await till.ask(null, { id_token_hint: idToken })).status).toBe(200);
    await seen();
    expect(browser.page.text).toContain('Corner Shop Till');
  });

  it('is refused, and learns it', async () => {
    await till.ask(person.username);
    await browser.signIn(person);
    await seen();
    await browser.press('refuse-0');
    expect(browser.page.text).toContain('Refused');
    expect(await till.poll()).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });

  it('waits as long as it wants to wait, and not longer', async () => {
    expect((await till.ask(person.username, { requested_expiry: '60' })).body['expires_in']).toBe(60);
    expect(
      (await new BackchannelApplication(server).ask(person.username, { requested_expiry: '99999' })).body[
        'expires_in'
      ],
    ).toBe(600);
    server.clock.advance(61_000);
    await browser.signIn(person);
    await seen();
    expect(browser.page.html.getElementById('approve-0')).not.toBeNull();
    expect(browser.page.html.getElementById('approve-1')).toBeNull();
    expect(await till.poll()).toMatchObject({ status: 400, body: { error: 'expired_token' } });
  });

  it('is found by what waits for it, as by everything else that it holds', async () => {
    await till.ask(person.username);
    const unnamed = 'SELECT kind FROM oidc_record WHERE client_id IS NULL';
    expect(await server.app.get(Sql).rows<object>(unnamed)).toEqual([]);
  });

  it('is told to slow down', async () => {
    await till.ask(person.username);
    expect((await till.pollAtOnce()).body['error']).toBe('authorization_pending');
    expect((await till.pollAtOnce()).body['error']).toBe('slow_down');
    expect((await till.poll()).body['error']).toBe('authorization_pending');
  });

  it('gets offline access where it asks for it', async () => {
    await till.ask(person.username, { scope: 'openid offline_access' });
    await browser.signIn(person);
    await seen();
    await browser.press('approve-0');
    const first = await till.poll();
    const refreshed = await till.poll({
      grant_type: 'refresh_token',
      refresh_token: first.body['refresh_token'] as string,
    });
    expect(refreshed.status).toBe(200);
  });

  describe('for the staff alone', () => {
    const resource = 'https://stock.example/';
    const order = [{ type: 'order', pieces: 12 }];
    const asking = {
      scope: 'openid team stock:read',
      resource,
      authorization_details: JSON.stringify(order),
    };
    let stock: BackchannelApplication;
    beforeEach(() => {
      stock = new BackchannelApplication(server, 'stock');
    });

    it('is granted what the page named, claim by claim, at the API, and in detail', async () => {
      await shell(server, 'group-add', person.username, 'staff');
      await shell(server, 'set-attribute', person.username, 'department', 'Engines');
      expect((await stock.ask(person.username, asking)).status).toBe(200);
      await browser.signIn(person);
      await seen();
      for (const shown of ['Your department', 'See what is in stock', 'An order', 'Pieces', '12'])
        expect(browser.page.text).toContain(shown);
      expect(browser.page.text).not.toContain('Change what is in stock');
      await browser.press('approve-0');
      const answer = await stock.poll();
      expect(claimsOf(answer)['department']).toBe('Engines');
      const [, payload] = (answer.body['access_token'] as string).split('.');
      expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({
        aud: resource,
        scope: 'stock:read',
        client_id: 'stock',
        authorization_details: order,
      });
    });

    it('is not asked about others, nor approved by who was let go meanwhile', async () => {
      expect(await stock.ask(person.username, asking)).toMatchObject({ body: { error: 'access_denied' } });
      await shell(server, 'group-add', person.username, 'staff');
      await stock.ask(person.username, asking);
      await browser.signIn(person);
      await seen();
      await shell(server, 'group-remove', person.username, 'staff');
      await browser.press('approve-0');
      expect(browser.page.text).toContain('That request is over');
      expect(await stock.poll()).toMatchObject(pending);
    });
  });

  it('that demands two factors gets an approval with two factors', async () => {
    const secured = somebody();
    await addEnrolled(server, secured);
    const bank = new BackchannelApplication(server, 'bank');
    await bank.ask(secured.username);
    await browser.signIn(secured);
    await seen();
    await browser.press('approve-0');
    expect(claimsOf(await bank.poll())).toMatchObject({
      acr: 'urn:gatehouse:acr:2fa',
      amr: ['pwd', 'otp', 'mfa'],
    });
  });

  it('that asks for a sign-in of now gets no approval from a session of before (max_age=0)', async () => {
    await browser.signIn(person);
    server.clock.advance(60_000);
    const till = new BackchannelApplication(server);
    await till.ask(person.username, { max_age: '0' });
    const asked = Math.floor(server.clock.now().getTime() / 1000);
    await seen();
    await browser.press('approve-0');
    expect(browser.page.path).toMatch(/\/password$/);
    await browser.enterPassword(person);
    await seen();
    await browser.press('approve-0');
    expect(claimsOf(await till.poll())['auth_time']).toBeGreaterThanOrEqual(asked);
  });

  it('that demands a confirmed address gets no approval before it is', async () => {
    const post = new BackchannelApplication(server, 'post');
    await post.ask(person.username);
    await browser.signIn(person);
    await seen();
    await browser.press('approve-0');
    expect(browser.page.text).toContain('Confirm yours first');
    expect(await post.poll()).toMatchObject(pending);
  });

  it('has its person told by mail, three times in a quarter of an hour', async () => {
    for (let n = 0; n < 5; n++) await new BackchannelApplication(server).ask(person.username);
    const sent = await letter(mailbox, person.email, 'An application waits for your answer');
    expect(sent.text).toContain('Corner Shop Till');
    await browser.open(linkTo('/dashboard/approvals', sent));
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard/approvals');
    expect(browser.page.html.getElementById('approve-4')).not.toBeNull();
    await outboxEmptied(server, 'mail');
    const received = mailbox.letters.filter(
      ({ to, subject }) => to === person.email && subject.startsWith('An application'),
    );
    expect(received).toHaveLength(3);
  });

  describe('and wants to be told (ping)', () => {
    let calls: BackchannelApplication;
    beforeEach(async () => {
      calls = new BackchannelApplication(server, 'calls');
      await calls.ask(person.username);
      await browser.signIn(person);
      await seen();
    });

    const ping = () => ({
      authorization: 'Bearer a-token-of-the-application',
      type: 'application/json',
      body: JSON.stringify({ auth_req_id: calls.authReqId }),
    });

    it.each(['approve-0', 'refuse-0'])('hears once of an answer (%s), and fetches it', async (button) => {
      await browser.press(button);
      expect(await listener.heard(1)).toEqual([ping()]);
      expect((await calls.poll()).status).toBe(button === 'approve-0' ? 200 : 400);
      expect(await server.app.get(Sql).rows('SELECT id FROM ping_notice')).toEqual([]);
    });

    it('hears of it again until it has understood, and its token stands nowhere in the clear', async () => {
      listener.status = 500;
      await browser.press('approve-0');
      expect(await listener.heard(1)).toEqual([ping()]);
      const rows = await server.app.get(Sql).rows('SELECT * FROM ping_notice');
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toMatch(/a-token-of-the-application/);
      expect(JSON.stringify(rows)).not.toContain(calls.authReqId);
      listener.status = 204;
      server.clock.advance(2_000);
      await server.app.get(PingDelivery).run();
      expect(await listener.heard(1)).toEqual([ping()]);
    });

    it('hears of it although it was away, and the server was stopped in between', async () => {
      await listener.down();
      await browser.press('approve-0');
      await server.restart();
      await listener.up();
      server.clock.advance(40_000);
      await server.app.get(PingDelivery).run();
      expect(await listener.heard(1)).toEqual([ping()]);
      expect((await calls.poll()).status).toBe(200);
    });

    it('does not hear by a redirect, nor after the answer has expired', async () => {
      listener.status = 302;
      await browser.press('approve-0');
      expect(await listener.heard(1)).toHaveLength(1);
      server.clock.advance(11 * 60_000);
      await server.app.get(PingDelivery).run();
      expect(await server.app.get(Sql).rows('SELECT id FROM ping_notice')).toEqual([]);
    });
  });

  it('is not for a website, nor about nobody', async () => {
    expect(await new BackchannelApplication(server, 'web').ask(person.username)).toMatchObject({
      status: 400,
    });
    expect(await till.ask('nobody-here')).toMatchObject({ status: 400, body: { error: 'unknown_user_id' } });
    expect(await till.ask(null)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await till.ask(null, { login_hint_token: 'x' })).toMatchObject({
      body: { error: 'invalid_request' },
    });
    expect(await till.ask(person.username, { user_code: '1234' })).toMatchObject({
      body: { error: 'invalid_request' },
    });
    expect(await till.ask(person.username, { binding_message: '<b>pay</b>' })).toMatchObject({
      body: { error: 'invalid_binding_message' },
    });
  });
});
