import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { Application } from '../support/application.js';
import { auditEvents } from '../support/audit.js';
import { Browser, fieldsOn } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';
import { verdictOn } from '../support/token-endpoint.js';

/** An operator connects applications without the clients file. */
describe('the operators’ pages about applications', () => {
  const operator = somebody();
  let server: TestServer;
  let desk: Browser;
  beforeAll(async () => {
    server = await TestServer.start();
    await addEnrolled(server, operator);
    await shell(server, 'operator-add', operator.username);
  });
  afterAll(() => server.stop());

  /** A sign-in of a short while ago. */
  async function atDesk(path: string): Promise<Browser> {
    desk = new Browser(server);
    await desk.signIn(operator);
    await desk.open(path);
    return desk;
  }
  const shownSecret = () => desk.page.html.getElementById('secret')!.text.trim();

  it('a web application is made on them, signs somebody in, and is listed', async () => {
    await atDesk('/admin/clients');
    await desk.click('new');
    await desk.click('kind-web');
    await desk.press('submit', {
      client_id: 'wiki',
      client_name: 'Wiki',
      redirect_uris: 'http://localhost:9/wiki/callback\n',
    });
    expect(desk.page.status).toBe(200);
    const secret = shownSecret();
    expect(desk.page.text).toContain(`${server.url}/.well-known/openid-configuration`);

    const person = somebody();
    await server.addPerson(person);
    const wiki = new Application(server, 'wiki', secret);
    const browser = new Browser(server);
    await browser.open(wiki.authorizationUrl());
    await browser.enterPassword(person);
    expect(browser.page.text).toContain('Wiki');
    await browser.press('submit');
    const tokens = await wiki.redeem(wiki.codeFrom(browser));
    expect(tokens.claims).toMatchObject({ aud: 'wiki' });

    await desk.open('/admin/clients/wiki');
    expect(desk.page.text).not.toContain(secret);
    expect(desk.page.text).toMatch(/Sign-ins in 30 days ?1 People who let it in ?1 Access tokens ?1/);
    await desk.open('/admin/clients?search=WIK');
    expect(desk.page.html.querySelectorAll('.entries > li')).toHaveLength(1);
    await desk.click('client-0');
    expect(desk.page.path).toBe('/admin/clients/wiki');
    await desk.open('/admin/clients?origin=file');
    expect(desk.page.text).not.toContain('wiki');
    expect(await auditEvents(server, 'client.created')).toContainEqual(
      expect.objectContaining({
        clientId: 'wiki',
        detail: expect.objectContaining({ by: expect.any(String) as unknown }),
      }),
    );
  });

  it('a well-known one begins with its own addresses, and its settings have the new secret', async () => {
    await atDesk('/admin/clients/new');
    await desk.press('submit', { application: 'grafana', address: 'grafana' });
    expect(desk.page.status).toBe(422);
    await desk.press('submit', { application: 'grafana', address: 'https://grafana.example.org/' });
    expect(desk.page.html.getElementById('redirect_uris')!.text).toContain(
      'https://grafana.example.org/login/generic_oauth',
    );
    await desk.press('submit', fieldsOn(desk));
    const secret = shownSecret();
    expect(desk.page.html.querySelector('#settings-heading')!.closest('section')!.text).toContain(secret);
    await desk.click('to-client');
    await desk.click('settings');
    expect(desk.page.text).toContain('Grafana');
    expect(desk.page.text).toContain('https://grafana.example.org');
    expect(desk.page.text).not.toContain(secret);
  });

  it('each mistake stands at its field, in the words of the clients file, and nothing typed is lost', async () => {
    await atDesk('/admin/clients/new/single-page');
    await desk.press('submit', {
      ...fieldsOn(desk),
      client_id: 'spa',
      redirect_uris: 'http://spa.example/cb',
      access_token_lifetime: 'long',
      without_pkce: 'yes',
      rest: 'default_max_age: soon\n',
    });
    expect(desk.page.status).toBe(422);
    const mistakeAt = (field: string) => desk.page.html.getElementById(`${field}-error-0`)?.text;
    expect(mistakeAt('redirect_uris')).toContain('use https: (plain http only for localhost');
    expect(mistakeAt('access_token_lifetime')).toBe('write a number of seconds from 30 to 86400');
    expect(mistakeAt('rest')).toBe('default_max_age: write a number of seconds');
    await desk.press('submit', {
      ...fieldsOn(desk),
      redirect_uris: 'https://spa.example/cb',
      access_token_lifetime: '',
      rest: '{}',
    });
    expect(desk.page.text).toContain('a public client cannot be exempted from PKCE');
    await desk.press('submit', { ...fieldsOn(desk), rest: 'scope: openid' });
    expect(mistakeAt('rest')).toContain('scope has a place of its own');
    await desk.press('submit', { ...fieldsOn(desk), without_pkce: '', rest: 'require_auth_time: true' });
    expect(desk.page.path).toMatch(/^\/admin\/clients\/spa/);
    expect((await server.app.get(ManagedClients).find('spa'))!.fields).toEqual({
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://spa.example/cb'],
      require_auth_time: true,
    });
  });

  it('what is as usual is folded up; what is not, or is wrong, is not', async () => {
    const unfolded = () => desk.page.html.querySelectorAll('details.part[open]').map(({ id }) => id);
    await atDesk('/admin/clients/new/native');
    expect(unfolded()).toEqual(['part-how']);
    await desk.open('/admin/clients/new/web');
    expect(desk.page.html.querySelectorAll('details.part')).toHaveLength(5);
    expect(unfolded()).toEqual([]);
    await desk.press('submit', {
      ...fieldsOn(desk),
      client_id: 'folded',
      refresh_token_lifetime: 'soon',
      rest: 'contacts: ops',
    });
    expect(unfolded()).toEqual(['part-tokens', 'part-rest']);
    await desk.press('submit', {
      ...fieldsOn(desk),
      redirect_uris: 'https://folded.example/cb',
      refresh_token_lifetime: '',
      rest: '',
      policy_uri: 'https://folded.example/privacy',
    });
    await desk.open('/admin/clients/folded/edit');
    expect(unfolded()).toEqual(['part-pages']);
  });

  it('two who edit at once lose nothing: the second is told', async () => {
    const first = await atDesk('/admin/clients/spa/edit');
    const second = await atDesk('/admin/clients/spa/edit');
    const [ofFirst, ofSecond] = [fieldsOn(first), fieldsOn(second)];
    await first.press('submit', {
      ...ofFirst,
      client_name: 'First',
      policy_uri: 'https://spa.example/privacy',
    });
    expect(first.page.text).toContain('The application was changed');
    await second.press('submit', { ...ofSecond, client_name: 'Second', scope: 'openid' });
    expect(second.page.status).toBe(422);
    expect(second.page.text).toContain('Somebody else has changed this application');
    expect(fieldsOn(second)).toMatchObject({
      client_name: 'Second',
      scope: 'openid',
      policy_uri: 'https://spa.example/privacy',
    });
    await second.press('submit', fieldsOn(second));
    expect((await server.app.get(ManagedClients).find('spa'))!.fields).toMatchObject({
      client_name: 'Second',
      scope: 'openid',
      policy_uri: 'https://spa.example/privacy',
      require_auth_time: true,
    });
  });

  it('what somebody has not touched is not theirs, choices neither', async () => {
    const first = await atDesk('/admin/clients/spa/edit');
    const second = await atDesk('/admin/clients/spa/edit');
    const [ofFirst, ofSecond] = [fieldsOn(first), fieldsOn(second)];
    await first.press('submit', { ...ofFirst, id_token_signed_response_alg: 'ES256' });
    await second.press('submit', { ...ofSecond, client_name: 'Third' });
    expect(second.page.html.getElementById('stale')!.text).not.toContain('You have changed it, too');
    expect(fieldsOn(second)).toMatchObject({ client_name: 'Third', id_token_signed_response_alg: 'ES256' });
    await second.press('submit', fieldsOn(second));
    const { fields } = (await server.app.get(ManagedClients).find('spa'))!;
    expect(fields).toMatchObject({ client_name: 'Third', id_token_signed_response_alg: 'ES256' });
    expect(fields).not.toHaveProperty('application_type');
  });

  it('a secret is rotated with an overlap', async () => {
    await atDesk('/admin/clients/new/web');
    await desk.press('submit', {
      ...fieldsOn(desk),
      client_id: 'turning',
      redirect_uris: 'https://t.example/cb',
    });
    const old = shownSecret();
    await desk.click('to-client');
    await desk.click('rotate');
    await desk.press('submit');
    const fresh = shownSecret();
    expect(desk.page.text).toContain('The old one counts as well');
    for (const secret of [old, fresh])
      expect(await verdictOn(server, 'turning', secret)).toBe('invalid_grant');
    await desk.click('to-client');
    expect(desk.page.text).toContain('Two secrets count at the moment');
    await desk.click('end-old-secret');
    await desk.press('submit');
    expect(desk.page.text).toContain('The old secret has ended');
    expect(await verdictOn(server, 'turning', old)).toBe('invalid_client');
    expect(await verdictOn(server, 'turning', fresh)).toBe('invalid_grant');
  });

  it('one is removed by whoever types its id', async () => {
    await atDesk('/admin/clients/turning/remove');
    await desk.press('submit', { confirm: 'wiki' });
    expect(desk.page.text).toContain('This is not its client ID');
    await desk.press('submit', { confirm: 'turning' });
    expect(desk.page.text).toContain('The application was removed');
    expect((await desk.open('/admin/clients/turning')).status).toBe(404);
  });

  it('one of the clients file is shown, and says where it is declared', async () => {
    await atDesk('/admin/clients/notes');
    expect(desk.page.text).toContain(
      `Declared in the clients file, and changed only there: ${server.dataDir}/clients.yaml`,
    );
    expect(desk.page.html.getElementById('edit')).toBeNull();
    expect(desk.page.text).not.toContain('notes-secret');
    await desk.click('settings');
    expect(desk.page.status).toBe(200);
  });
});
