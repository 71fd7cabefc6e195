import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APIS, introspect, machineToken, ORDERS } from '../support/apis.js';
import { AuditChain } from '../../src/audit/audit-chain.service.js';
import { AuditChainWorker } from '../../src/audit/audit-chain.worker.js';
import { Application } from '../support/application.js';
import { chained } from '../support/audit.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';
import { watchStatements, writesOf } from '../support/statements.js';

/** Each commit is a wait for the disk, so how many there are is counted, and not only measured. */
describe('what is written', () => {
  let server: TestServer;
  const person = somebody();
  const browser = () => new Browser(server);

  beforeAll(async () => {
    watchStatements();
    server = await TestServer.start({ clients: APIS });
    await addEnrolled(server, person);
    // What it does it does afterwards: it is counted by itself.
    await server.app.get(AuditChainWorker).stop();
  });
  afterAll(() => server.stop());

  async function signIn(window: Browser, application: Application): Promise<void> {
    await window.open(application.authorizationUrl());
    await window.enterPassword(person);
    await window.enterTotp(person);
    await application.redeem(application.codeFrom(window));
  }

  it('in a sign-in with two factors: four commits of the provider', async () => {
    const written = await writesOf(() => signIn(browser(), new Application(server, 'notes')));
    expect(written).toEqual({ commits: 9, rows: 21, adapterCommits: 4, adapterRows: 8 });
  });

  it('in a visit of a second application: two', async () => {
    const window = browser();
    await signIn(window, new Application(server, 'notes'));
    const photos = new Application(server, 'photos');
    const written = await writesOf(async () => {
      await window.open(photos.authorizationUrl());
      await photos.redeem(photos.codeFrom(window));
    });
    expect(written).toEqual({ commits: 2, rows: 5, adapterCommits: 2, adapterRows: 5 });
  });

  it('in a refresh with rotation: one', async () => {
    const window = browser();
    const calendar = new Application(server, 'calendar');
    await window.open(calendar.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await window.enterPassword(person);
    await window.enterTotp(person);
    await window.press('submit');
    const { refresh_token: token } = await calendar.redeem(calendar.codeFrom(window));
    const written = await writesOf(() => calendar.refresh(token!));
    expect(written).toEqual({ commits: 1, rows: 3, adapterCommits: 1, adapterRows: 3 });
  });

  it('to chain what a sign-in has noted: one afterwards, and none while nothing happens', async () => {
    await chained(server);
    await signIn(browser(), new Application(server, 'notes'));
    const written = await writesOf(() => chained(server));
    expect(written).toMatchObject({ commits: 1, adapterCommits: 0 });
    expect(await writesOf(() => server.app.get(AuditChain).run())).toMatchObject({ commits: 0 });
  });

  it('in questions about tokens and in public documents: none', async () => {
    const window = browser();
    const notes = new Application(server, 'notes');
    await window.open(notes.authorizationUrl());
    await window.enterPassword(person);
    await window.enterTotp(person);
    const { access_token: token } = await notes.redeem(notes.codeFrom(window));
    const written = await writesOf(async () => {
      await notes.userinfo(token!);
      await notes.call('/oidc/introspection', { token: token! });
      await fetch(`${server.url}/oidc/jwks`);
    });
    expect(written).toEqual({ commits: 0, rows: 0, adapterCommits: 0, adapterRows: 0 });
  });

  it('in a machine’s JWT and in the questions about it: none', async () => {
    const written = await writesOf(async () => {
      const { body } = await machineToken(server, 'warehouse', { resource: ORDERS });
      expect(await introspect(server, 'orders-api', body['access_token'])).toMatchObject({ active: true });
    });
    expect(written).toEqual({ commits: 0, rows: 0, adapterCommits: 0, adapterRows: 0 });
  });
});
