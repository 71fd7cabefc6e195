import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { LogoutDelivery } from '../../src/oidc/sessions/logout-delivery.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { InternalAddress } from '../support/internal-address.js';
import { CLIENTS, TestServer } from '../support/server.js';

/** An application’s address to be told of sign-outs at can be anything: this server must not knock at its own network for it. */
describe('an outgoing request to an address from the clients file', () => {
  let internal: InternalAddress;
  beforeAll(async () => {
    internal = await InternalAddress.listen();
  });
  afterAll(() => internal.close());

  const withUri = (uri: string) =>
    CLIENTS.replace('client_name: Notes', `client_name: Notes\n    backchannel_logout_uri: "${uri}"`);

  it('is refused at the start in the clear, unless the operator allows internal addresses', async () => {
    await expect(
      TestServer.start({ clients: withUri(`http://localhost:${internal.port}/logout`) }),
    ).rejects.toThrow(/line 5: backchannel_logout_uri: use https: .*GATEHOUSE_INTERNAL_BACKCHANNEL=on/);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f000001', '0.0.0.0'])(
    'never reaches %s',
    async (host) => {
      const server = await TestServer.start({ clients: withUri(`https://${host}:${internal.port}/logout`) });
      try {
        const person = somebody();
        const { id } = await server.addPerson(person);
        const browser = new Browser(server);
        await browser.signIn(person);
        const notes = new Application(server, 'notes');
        await browser.open(notes.authorizationUrl());
        notes.codeFrom(browser);
        await browser.open('/dashboard');
        await browser.press('sign-out');
        const tried = async () => {
          await server.app.get(LogoutDelivery).run();
          const [notice] = await server.app
            .get(Sql)
            .rows<{ tries: number; state: string }>(
              'SELECT tries, state FROM logout_notice WHERE account_id = ?',
              id,
            );
          return notice!;
        };
        let notice = await tried();
        for (let round = 0; notice.tries === 0 && round < 50; round++) {
          await new Promise((later) => setTimeout(later, 50));
          notice = await tried();
        }
        expect(notice).toMatchObject({ state: 'waiting' });
        expect(notice.tries).toBeGreaterThan(0);
        expect(internal.connections).toBe(0);
      } finally {
        await server.stop();
      }
    },
  );
});
