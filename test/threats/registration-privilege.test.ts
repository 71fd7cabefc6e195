import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { OWN_FIELDS } from '../../src/clients/client.fields.js';
import { DECENT, manage, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

/** An application says of itself what would give it more than a stranger gets. */
describe('an application that registers itself', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10000' },
    });
  });
  afterAll(() => server.stop());

  const PRIVILEGES = {
    first_party: true,
    consent: 'never',
    require_pkce: false,
    groups: ['admins'],
    apis: ['https://api.example'],
    token_exchange: { to: ['https://api.example'] },
    access_token_lifetime: 86_400,
    refresh_token_lifetime: 1e9,
    previous_client_secret: 'x',
    profile: 'fapi2-security',
    authorization_details_types: ['payment'],
    tls_client_auth_subject_dn: 'CN=somebody',
    backchannel_client_notification_endpoint: 'https://decent.example/ping',
  };

  it('gets none of the privileges it writes into its metadata', async () => {
    const { status, body } = await register(server, { ...DECENT, ...PRIVILEGES });
    expect(status).toBe(201);
    for (const field of Object.keys(PRIVILEGES)) expect(body[field] ?? undefined).toBeUndefined();
    const stored = await server.app
      .get(Sql)
      .rows<{ metadata: string }>(
        'SELECT CAST(metadata AS text) AS metadata FROM client WHERE id = ?',
        body['client_id'],
      );
    for (const field of OWN_FIELDS) expect(stored[0]!.metadata).not.toContain(`"${field}"`);

    const token = body['registration_access_token'];
    const wishes = { ...DECENT, ...PRIVILEGES, client_id: body['client_id'] };
    const changed = await manage(server, 'PUT', body['client_id'], token, wishes);
    expect(changed.status).toBe(200);
    for (const field of Object.keys(PRIVILEGES)) expect(changed.body[field] ?? undefined).toBeUndefined();
  });

  it('gets no other grant and no scope of an API', async () => {
    const wishes = {
      grant_types: [
        'authorization_code',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:openid:params:grant-type:ciba',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      scope: 'openid email groups api:write',
    };
    const { status, body } = await register(server, { ...DECENT, ...wishes });
    expect(status).toBe(201);
    expect(body).toMatchObject({ grant_types: ['authorization_code'], scope: 'openid email' });
    expect((await register(server, { ...DECENT, grant_types: ['client_credentials'] })).status).toBe(400);
    expect((await register(server, { ...DECENT, response_types: [] })).status).toBe(400);
    expect((await register(server, { ...DECENT, grant_types: 'authorization_code' })).status).toBe(400);
  });

  it.each([['id_token'], ['token id_token'], ['code id_token'], ['code token'], ['token']])(
    'gets no token in a redirect: response type %s is refused, and it is said why',
    async (type) => {
      const wishes = { ...DECENT, response_types: [type], grant_types: ['authorization_code', 'implicit'] };
      for (const response_types of [[type], ['code', type]]) {
        const { status, body } = await register(server, { ...wishes, response_types });
        expect([status, body['error']]).toEqual([400, 'invalid_client_metadata']);
        expect(body['error_description']).toBe(
          'response_types can only contain "code": this server has no implicit and hybrid flows',
        );
      }
    },
  );

  it('has to use PKCE', async () => {
    const { body } = await register(server);
    const query = new URLSearchParams({
      client_id: String(body['client_id']),
      response_type: 'code',
      redirect_uri: DECENT.redirect_uris[0]!,
      scope: 'openid',
    });
    const answer = await fetch(`${server.url}/oidc/auth?${query.toString()}`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toContain('error=invalid_request');
  });

  it('does not choose its own client_id', async () => {
    for (const id of ['notes', 'gatehouse-dashboard', 'mine']) {
      const { body } = await register(server, { ...DECENT, client_id: id, client_secret: 'chosen' });
      expect(body['client_id']).not.toBe(id);
      expect(body['client_secret']).not.toBe('chosen');
    }
  });

  it.each([
    ['javascript:alert(1)'],
    ['JavaScript:alert(1)'],
    ['java\tscript:alert(1)'],
    ['data:text/html,x'],
    ['vbscript:x'],
    ['file:///etc/passwd'],
    ['blob:https://x.example/1'],
    ['about:blank'],
    ['intent://x#Intent;end'],
    ['mailto:a@b.example'],
    ['ms-msdt:/id'],
    ['ftp://x.example/'],
    ['http://evil.example/'],
    ['http://localhost.evil.example/'],
    ['http://127.0.0.1.evil.example/'],
    ['https://user:password@x.example/'],
    ['https://x.example/#fragment'],
    ['https://*.x.example/'],
    ['https://ех.example/'],
    ['https://x.example/ space'],
    ['https://x.example/\u202e'],
    ['//x.example/'],
    ['/callback'],
    [''],
    [`https://x.example/${'x'.repeat(2000)}`],
    [1],
    [null],
    [{}],
    [['https://x.example/']],
  ])('cannot be sent to %j', async (uri) => {
    for (const application_type of [undefined, 'web', 'native']) {
      const { status, body } = await register(server, { ...DECENT, redirect_uris: [uri], application_type });
      expect([status, body['error']]).toEqual([400, 'invalid_redirect_uri']);
    }
    const later = await register(server, { ...DECENT, post_logout_redirect_uris: [uri] });
    expect([later.status, later.body['error']]).toEqual([400, 'invalid_client_metadata']);
  });

  it('cannot be sent back into this server, nor on the web to the loopback interface', async () => {
    const home = { ...DECENT, redirect_uris: [`${server.url}/test-app/callback`] };
    expect((await register(server, home)).body['error']).toBe('invalid_redirect_uri');
    const web = { ...DECENT, application_type: 'web', redirect_uris: ['http://127.0.0.1/'] };
    expect((await register(server, web)).body['error']).toBe('invalid_redirect_uri');
  });

  it.each([
    'policy_uri',
    'tos_uri',
    'client_uri',
    'logo_uri',
    'jwks_uri',
    'initiate_login_uri',
    'backchannel_logout_uri',
  ])('has no %s but an https address', async (field) => {
    for (const value of [
      'javascript:alert(1)',
      'http://x.example/',
      'https://a:b@x.example/',
      'x',
      1,
      null,
      {},
      [],
    ]) {
      const { status } = await register(server, { ...DECENT, [field]: value });
      expect([value, status]).toEqual([value, 400]);
    }
  });

  it.each([
    ['Gatehouse'],
    ['GATEHOUSE'],
    ['G\u0430tehouse'],
    ['N0tes'],
    ['Third-party  calendar'],
    ['rebmun \u202eeman'],
    ['x'.repeat(100)],
    ['new\nline'],
    [''],
    [7],
    [{}],
  ])('cannot call itself %j', async (name) => {
    expect((await register(server, { ...DECENT, client_name: name })).status).toBe(400);
    const { body } = await register(server);
    const wishes = { ...DECENT, client_id: body['client_id'], client_name: name };
    // An empty text takes a field away in an update (RFC 7592, section 2.2).
    const expected = name === '' ? 200 : 400;
    expect(
      (await manage(server, 'PUT', body['client_id'], body['registration_access_token'], wishes)).status,
    ).toBe(expected);
  });
});
