import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import { BackchannelApplication, cibaClients, pairwise } from '../support/ciba.js';
import { ClientKey } from '../support/client-key.js';
import { claimsOf } from '../support/device.js';
import { DocumentHost } from '../support/document-host.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const unknown = { status: 400, body: { error: 'unknown_user_id' } };
const wanting = (value: string) => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) });

describe('whom an application asks for an approval', () => {
  const key = new ClientKey();
  let host: DocumentHost;
  let server: TestServer;
  beforeAll(async () => {
    host = await DocumentHost.start();
    server = await TestServer.start({
      clients: cibaClients('https://calls.example/ping') + pairwise(host.serve('/keys', key.jwks)),
      env: { GATEHOUSE_INTERNAL_FETCH: 'on' },
    });
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });

  let person: Person;
  let accountId: string;
  let otherId: string;
  beforeEach(async () => {
    server.clock.advance(15 * 60_000);
    person = somebody();
    accountId = (await server.addPerson(person)).id;
    otherId = (await server.addPerson(somebody())).id;
  });

  /** @returns the ID token that comes of an approval */
  async function approved(application: BackchannelApplication, who = person): Promise<string> {
    const browser = new Browser(server);
    expect((await application.ask(who.username)).status).toBe(200);
    await browser.signIn(who);
    await browser.open('/dashboard/approvals');
    await browser.press('approve-0');
    return (await application.poll()).body['id_token'] as string;
  }
  const waiting = () =>
    server.app
      .get(Sql)
      .rows(
        `SELECT seq FROM oidc_record WHERE account_id = ? AND kind = 'BackchannelAuthenticationRequest'`,
        accountId,
      );

  it('is one person: a sub of the claims parameter that is another’s is refused', async () => {
    const till = new BackchannelApplication(server);
    for (const named of [person.username, person.email]) {
      expect((await till.ask(named, wanting(accountId))).status).toBe(200);
      expect(await till.ask(named, wanting(otherId))).toMatchObject(unknown);
      expect(await till.ask(named, wanting('nobody'))).toMatchObject(unknown);
    }
    const idToken = await approved(till);
    expect((await till.ask(null, { id_token_hint: idToken, ...wanting(accountId) })).status).toBe(200);
    expect(await till.ask(null, { id_token_hint: idToken, ...wanting(otherId) })).toMatchObject(unknown);
    // Of those refused, none waits for anybody.
    expect(await waiting()).toHaveLength(4);
  });

  it('cannot be found out by asking whether a name is a certain person’s', async () => {
    const post = new BackchannelApplication(server, 'post');
    for (let n = 0; n < 30; n++)
      expect(await post.ask(person.username, wanting(otherId))).toMatchObject(unknown);
    expect((await post.ask(person.username, wanting(otherId))).status).toBe(429);
  });

  it('is found by an ID token that names them to this client alone', async () => {
    const kiosk = new BackchannelApplication(server, 'kiosk', key);
    const idToken = await approved(kiosk);
    const { sub } = claimsOf({ body: { id_token: idToken } } as never);
    expect(sub).not.toBe(accountId);
    for (const more of [{}, wanting(sub as string)])
      expect((await kiosk.ask(null, { id_token_hint: idToken, ...more })).status).toBe(200);
    // With the one that was approved.
    expect(await waiting()).toHaveLength(3);
    expect((await kiosk.ask(person.username, wanting(sub as string))).status).toBe(200);
    // Not by the name that they have elsewhere.
    for (const name of [accountId, otherId]) {
      expect(await kiosk.ask(person.username, wanting(name))).toMatchObject(unknown);
      expect(await kiosk.ask(null, { id_token_hint: idToken, ...wanting(name) })).toMatchObject(unknown);
    }
    expect(claimsOf({ body: { id_token: await approved(kiosk) } } as never)['sub']).toBe(sub);
  });

  it('is not found by an ID token of another client, be it of the same sector', async () => {
    const kiosk = new BackchannelApplication(server, 'kiosk', key);
    const stall = new BackchannelApplication(server, 'stall', key);
    const till = new BackchannelApplication(server);
    const ofKiosk = await approved(kiosk);
    const ofTill = await approved(till);
    for (const [asking, hint] of [
      [stall, ofKiosk],
      [till, ofKiosk],
      [kiosk, ofTill],
    ] as const)
      expect(await asking.ask(null, { id_token_hint: hint })).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
  });

  it('is nobody once the account is disabled', async () => {
    const kiosk = new BackchannelApplication(server, 'kiosk', key);
    const idToken = await approved(kiosk);
    await server.app.get(Accounts).disable(accountId);
    expect(await kiosk.ask(null, { id_token_hint: idToken })).toMatchObject(unknown);
  });
});
