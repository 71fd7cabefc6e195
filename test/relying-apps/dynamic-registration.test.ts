import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import { RegistrationCommands } from '../../src/admin/commands/registration-commands.js';
import { Client } from '../../src/clients/client.entity.js';
import { EntityManager } from '@mikro-orm/core';
import { Sql } from '../../src/database/sql.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { DAY } from '../../src/kernel/clock.js';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { OpenIdClientApp } from './openid-client.app.js';
import { Traveller } from './traveller.js';

const CALLBACK = 'https://guest.example/callback';

/** An application that nobody declared registers itself with openid-client and signs a person in. */
describe('an application that registers itself with openid-client', () => {
  let server: TestServer;
  const person = ada();
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' },
    });
    await server.addPerson(person);
    await new Traveller(server).signInAndEnrol(person);
  });
  afterAll(() => server.stop());

  async function registered(metadata: Partial<oidc.ClientMetadata> = {}, auth?: oidc.ClientAuth) {
    const configuration = await oidc.dynamicClientRegistration(
      new URL(server.url),
      {
        redirect_uris: [CALLBACK],
        client_name: 'Guest',
        grant_types: ['authorization_code', 'refresh_token'],
        ...metadata,
      },
      auth,
      { execute: [oidc.allowInsecureRequests] },
    );
    return OpenIdClientApp.with(
      configuration,
      (metadata.redirect_uris as string[] | undefined)?.[0] ?? CALLBACK,
    );
  }

  it('is allowed in by the person, warned that nobody has looked at it, and learns who they are', async () => {
    const app = await registered();
    const browser = new Traveller(server);
    await app.sendToSignIn(browser, { scope: 'openid email offline_access' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.html.getElementById('unvouched')).not.toBeNull();
    expect(browser.page.text).toContain('guest.example');
    await browser.press('submit');
    const tokens = await app.receive(browser);
    const subject = tokens.claims()!.sub;
    expect(await app.userinfo(tokens.access_token, subject)).toMatchObject({ email: person.email });
    expect((await app.refresh(tokens.refresh_token!)).claims()!.sub).toBe(subject);
  });

  it('learns nothing about the tokens of others', async () => {
    const [mine, other] = [await registered(), await registered({ client_name: 'Curious' })];
    const browser = new Traveller(server);
    await mine.sendToSignIn(browser);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    const { access_token: token } = await mine.receive(browser);
    expect([await mine.isActive(token), await other.isActive(token)]).toEqual([true, false]);
  });

  it('as a public client on the loopback interface gets back to whatever port it listens on', async () => {
    const metadata = { redirect_uris: ['http://127.0.0.1:1/'], token_endpoint_auth_method: 'none' };
    const app = await registered(metadata, oidc.None());
    const browser = new Traveller(server);
    await app.sendToSignIn(browser, { redirect_uri: 'http://127.0.0.1:4711/' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    expect(browser.sentTo!.host).toBe('127.0.0.1:4711');
    expect(browser.sentTo!.searchParams.get('code')).toBeTruthy();
  });

  it('is taken away by the operator, and with it everything it holds', async () => {
    let connections = 0;
    const inside = createServer((socket) => void socket.destroy(void connections++));
    await new Promise<void>((listening) => inside.listen(0, listening));
    const { port } = inside.address() as AddressInfo;
    const app = await registered({
      client_name: 'Taken away',
      backchannel_logout_uri: `https://localhost:${port}/logout`,
    });
    const id = app.configuration.clientMetadata().client_id;
    const browser = new Traveller(server);
    await app.sendToSignIn(browser, { scope: 'openid offline_access' });
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    const tokens = await app.receive(browser);
    const { message } = await server.app.get(RegistrationCommands).run('clients remove', [id]);
    expect(message).toContain('1 person');
    // It was to be told, once and at once. But a stranger's address inside is no address, whatever the operator allows others.
    const told = await server.app
      .get(Sql)
      .rows<{ tries: number }>('SELECT tries FROM logout_notice WHERE client_id = ?', id);
    expect(told.map(({ tries }) => Number(tries))).toEqual([1]);
    expect(connections).toBe(0);
    inside.close();
    await expect(app.refresh(tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_client' });
    await expect(app.userinfo(tokens.access_token, tokens.claims()!.sub)).rejects.toMatchObject({
      status: 401,
    });
    await browser.open('/dashboard/applications');
    expect(browser.page.text).not.toContain(id);
    await app.sendToSignIn(browser);
    expect(browser.page.status).toBe(400);
  });

  it('stays as long as it is used', async () => {
    const app = await registered({ client_name: 'In use' });
    const id = app.configuration.clientMetadata().client_id;
    const unused = (await registered()).configuration.clientMetadata().client_id;
    const browser = new Traveller(server);
    server.clock.advance(60_000);
    await app.sendToSignIn(browser);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    await app.receive(browser);
    const exists = async (clientId: string) =>
      (await server.app.get(EntityManager).fork().count(Client, { id: clientId })) === 1;
    server.clock.advance(8 * DAY);
    await server.app.get(CleanUp).run();
    expect([await exists(id), await exists(unused)]).toEqual([true, false]);
    server.clock.advance(90 * DAY);
    await server.app.get(CleanUp).run();
    expect(await exists(id)).toBe(false);
  });
});
