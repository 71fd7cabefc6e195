import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { ConnectedApplications } from '../../src/oidc/sessions/connected-applications.service.js';
import { APIS, ask, granted, introspect, machineToken, PAYROLL, STOCK } from '../support/apis.js';
import { Application } from '../support/application.js';
import { LogoutListener } from '../support/logout-listener.js';
import { TestServer } from '../support/server.js';

/** Whoever gets the id of an application that is gone gets nothing of what people had allowed that one. */
describe('an application that was taken out of the clients file, and is declared again', () => {
  let server: TestServer;
  let listener: LogoutListener;
  let everyone: string;
  beforeAll(async () => {
    listener = await LogoutListener.at();
    await listener.up();
    everyone = APIS.replace(
      'client_name: Third-party Calendar',
      `client_name: Third-party Calendar\n    backchannel_logout_uri: http://127.0.0.1:${listener.port}/calendar`,
    );
    server = await TestServer.start({ clients: everyone, env: { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' } });
  });
  afterAll(async () => {
    await server.stop();
    await listener.down();
  });
  beforeEach(() => apply(everyone));

  const write = (file: string) => writeFileSync(join(server.dataDir, 'clients.yaml'), file);
  async function apply(file: string): Promise<void> {
    write(file);
    await server.app.get(ClientCommands).run('clients apply');
  }
  const without = (id: string) =>
    everyone.replace(new RegExp(`\\n  - client_id: ${id}\\n(    .*\\n)*`), '\n');

  async function signedIn() {
    const request = { scope: 'openid offline_access stock:read', prompt: 'consent' };
    const { accountId, browser, calendar, tokens } = await granted(server, STOCK, request);
    // A code that nobody has redeemed yet.
    const again = new Application(server, 'calendar');
    await browser.open(again.authorizationUrl({ scope: 'openid' }));
    return { accountId, browser, calendar, tokens, again, code: again.codeFrom(browser) };
  }
  type SignedIn = Awaited<ReturnType<typeof signedIn>>;

  async function hasNothing({ accountId, browser, calendar, tokens, again, code }: SignedIn): Promise<void> {
    expect(await introspect(server, 'stock-api', tokens.access_token)).toEqual({ active: false });
    expect((await calendar.refresh(tokens.refresh_token!)).error).toBe('invalid_grant');
    expect((await again.redeem(code)).error).toBe('invalid_grant');
    expect(await server.app.get(ConnectedApplications).of(accountId)).toEqual([]);
    await browser.open(calendar.authorizationUrl({ scope: 'openid' }));
    expect(browser.page.path).toMatch(/\/consent$/);
  }

  it('finds no consent, code or token of its people, and was told that they are gone', async () => {
    const before = await signedIn();
    await apply(without('calendar'));
    const [told, ...more] = await listener.told(server, 1);
    expect(told).toMatchObject({ client: 'calendar', claims: { sub: before.accountId } });
    expect(more).toEqual([]);
    await apply(everyone);
    await hasNothing(before);
  });

  it('finds none after a start with the other file either', async () => {
    const before = await signedIn();
    write(without('calendar'));
    await server.restart();
    expect(await listener.told(server, 1)).toMatchObject([{ client: 'calendar' }]);
    await apply(everyone);
    await hasNothing(before);
  });

  it('finds no token of a machine', async () => {
    const { body } = await machineToken(server, 'warehouse', { resource: STOCK, scope: 'stock:read' });
    await apply(without('warehouse'));
    await apply(everyone);
    expect(await introspect(server, 'stock-api', body['access_token'])).toEqual({ active: false });
  });

  it('brings no token of a machine back that was revoked', async () => {
    const { body } = await machineToken(server, 'warehouse', { resource: PAYROLL, scope: 'payroll:read' });
    const token = body['access_token'];
    await ask(server, 'warehouse', '/oidc/revocation', { token: token as string });
    await apply(without('warehouse'));
    await apply(everyone);
    expect(await introspect(server, 'payroll-api', token)).toEqual({ active: false });
  });

  it('an application that is still declared keeps everything', async () => {
    const { calendar, tokens } = await signedIn();
    await apply(without('warehouse'));
    expect(await introspect(server, 'stock-api', tokens.access_token)).toMatchObject({ active: true });
    expect((await calendar.refresh(tokens.refresh_token!)).error).toBeUndefined();
  });
});
