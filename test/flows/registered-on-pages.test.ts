import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registrations } from '../../src/oidc/registration/registrations.service.js';
import { Application } from '../support/application.js';
import { auditEvents } from '../support/audit.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { DECENT, manage, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

const CALLBACK = 'http://localhost:9/own/callback';

/** An operator takes an application away that nobody here let in. */
describe('the operators’ pages about an application that registered itself', () => {
  let server: TestServer;
  let desk: Browser;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_RECENT_SIGN_IN: '1h' },
    });
    ({ browser: desk } = await operatorOn(server, '/admin/clients'));
  });
  afterAll(() => server.stop());

  const registered = async (metadata: object = DECENT) => {
    const { body } = await register(server, metadata);
    return { id: String(body['client_id']), secret: String(body['client_secret']), body };
  };
  const removals = async (id: string) =>
    (await auditEvents(server, 'client.removed')).filter(({ clientId }) => clientId === id);

  it('remove it once its id is typed, with everything that people had allowed it', async () => {
    const { id, secret, body } = await registered({
      client_name: 'Own application',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
    });
    const person = somebody();
    await server.addPerson(person);
    const own = new Application(server, id, secret, CALLBACK);
    const browser = new Browser(server);
    await browser.open(own.authorizationUrl());
    await browser.enterPassword(person);
    await browser.press('submit');
    const { access_token: token } = await own.redeem(own.codeFrom(browser));
    expect((await own.userinfo(token!)).status).toBe(200);

    await desk.open(`/admin/clients/${id}`);
    await desk.click('remove');
    expect(desk.page.text).toContain('Remove Own application?');
    expect(desk.page.text).toContain('It can register itself again');
    await desk.press('submit', { confirm: 'own' });
    expect([desk.page.status, await removals(id)]).toEqual([422, []]);
    await desk.press('submit', { confirm: ` ${id} ` });
    expect(desk.page.text).toContain('The application was removed');

    expect((await desk.open(`/admin/clients/${id}`)).status).toBe(404);
    expect((await own.userinfo(token!)).status).toBe(401);
    expect((await manage(server, 'GET', id, body['registration_access_token'])).status).toBe(401);
    expect(await removals(id)).toMatchObject([
      {
        detail: {
          by: expect.stringMatching(/^[\w-]{22}$/) as unknown,
          before: { client_name: 'Own application', redirect_uris: [CALLBACK] },
          people: 1,
        },
      },
    ]);
  });

  it('are none for what the clients file declares', async () => {
    expect((await desk.open('/admin/clients/notes')).html.getElementById('remove')).toBeNull();
    expect((await desk.open('/admin/clients/notes/remove')).status).toBe(404);
  });

  it('show what a stranger has called it as a text, and change nothing of it', async () => {
    const { id } = await registered({ ...DECENT, client_name: '<script>alert(1)</script>' });
    await desk.open(`/admin/clients/${id}/remove`);
    expect(desk.page.html.querySelector('h1')!.text).toContain('<script>alert(1)</script>');
    for (const page of ['edit', 'secret', 'old-secret', 'logo'])
      expect([page, (await desk.open(`/admin/clients/${id}/${page}`)).status]).toEqual([page, 404]);
  });

  it('and the shell at once remove it once', async () => {
    const { id } = await registered();
    const registrations = server.app.get(Registrations);
    const removed = await Promise.all(
      Array.from({ length: 5 }, () => registrations.remove(id, { by: 'shell' })),
    );
    expect(removed.filter((people) => people !== undefined)).toHaveLength(1);
    expect(await removals(id)).toHaveLength(1);
  });
});
