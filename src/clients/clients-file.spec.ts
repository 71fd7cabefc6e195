import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScratchClientsFile } from '../../test/support/clients-file.js';
import { readClientsFile } from './clients-file.js';

const scratch = new ScratchClientsFile();
const { folder, path: file, clients: read, mistakes } = scratch;
afterAll(() => scratch.remove());

describe('the clients file', () => {
  it('declares clients by the names of the standards', () => {
    writeFileSync(join(folder, 'secret'), 'from-a-file\n');
    writeFileSync(join(folder, 'logo.svg'), '<svg/>');
    const [grafana, spa] = read(`
clients:
  - client_id: grafana
    client_name: Grafana
    client_secret_file: secret
    redirect_uris: [https://grafana.example.org/login/generic_oauth]
    logo_file: logo.svg
    first_party: true
    require_pkce: false
  - client_id: spa
    token_endpoint_auth_method: none
    redirect_uris: ["http://localhost:5173/callback", "http://127.0.0.1:5173/callback"]
    scope: openid profile
`);
    expect(grafana).toMatchObject({
      id: 'grafana',
      secret: 'from-a-file',
      line: 3,
      logo: 'data:image/svg+xml;base64,PHN2Zy8+',
    });
    expect(grafana!.metadata).toMatchObject({
      client_name: 'Grafana',
      first_party: true,
      require_pkce: false,
      scope: 'openid profile email offline_access',
    });
    expect(JSON.stringify(grafana!.metadata)).not.toContain('from-a-file');
    expect(spa).toMatchObject({ id: 'spa', secret: undefined });
    expect(spa!.metadata).toMatchObject({ client_name: 'spa', scope: 'openid profile', require_pkce: true });
  });

  it.each(['', '# nothing yet\n', 'clients: []', '[]'])('may be empty: %j', (text) => {
    expect(read(text)).toEqual([]);
  });

  it('names the line and the mend of every mistake at once', () => {
    const found = mistakes(`clients:
  - client_id: a
    redirect_uri: https://a.example/cb
  - client_id: b
    client_secret: s
    redirect_uris:
      - http://b.example/cb
      - https://b.example/*
  - client_id: c
    token_endpoint_auth_method: none
    client_secret: s
    scope: openid admin
    redirect_uris: [https://c.example/cb]
`);
    expect(found).toEqual([
      'line 2: redirect_uris is missing.',
      expect.stringMatching(/^line 2: client_secret or client_secret_file is missing/),
      expect.stringMatching(/^line 3: "redirect_uri" is not a field of a client; there are: .*redirect_uris/),
      expect.stringMatching(/^line 7: redirect_uris: use https:/),
      'line 9: token_endpoint_auth_method none uses no secret: leave it out.',
      expect.stringMatching(/^line 12: scope: "admin" is not known/),
    ]);
  });

  it.each([
    ['clients: 5', 'line 1: begin with "clients:"'],
    ['clients:\n  - just text', 'line 2: each client is a map'],
    ['clients:\n  - client_id: [unclosed', 'line'],
    [
      'clients:\n  - client_id: gatehouse-dashboard\n    client_secret: x\n    redirect_uris: [https://a.example]',
      'built-in',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    client_secret_file: y\n    redirect_uris: [https://a.example]',
      'keep one',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret_file: nowhere\n    redirect_uris: [https://a.example]',
      'nowhere cannot be read (ENOENT)',
    ],
    ['clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: []', 'list at least one'],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: ["javascript:alert(1)"]',
      'https: address',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: ["https://a.example/#x"]',
      'fragment',
    ],
    [
      'clients:\n  - client_id: a\n    token_endpoint_auth_method: private_key_jwt\n    redirect_uris: [https://a.example]',
      'needs jwks',
    ],
    [
      'clients:\n  - client_id: a\n    token_endpoint_auth_method: none\n    require_pkce: false\n    redirect_uris: [https://a.example]',
      'cannot be exempted',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    __proto__: {}',
      'is not a field',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    backchannel_logout_uri: "https://a.example/#x"',
      'fragment',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    backchannel_logout_uri: http://a.internal/logout',
      'line 5: backchannel_logout_uri: use https:',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    backchannel_logout_session_required: true',
      'needs backchannel_logout_uri',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    profile: fapi2-security',
      'line 2: profile fapi2-security: token_endpoint_auth_method cannot be client_secret_basic',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    response_types: [code, id_token]',
      'line 5: response_types: "id_token" is a legacy flow; GATEHOUSE_LEGACY_FLOWS=on',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    grant_types: [implicit]',
      'line 5: grant_types: "implicit" is a legacy flow',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    response_modes: [query, web_message]',
      'line 5: response_modes: "web_message" is switched off; GATEHOUSE_WEB_MESSAGE=on',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    tls_client_certificate_bound_access_tokens: true',
      'line 5: tls_client_certificate_bound_access_tokens: client certificates are not known here',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    tls_client_auth_san_dns: a.example',
      'line 5: tls_client_auth_san_dns has no effect',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    token_endpoint_auth_method: client_secret_jwt',
      'line 3: client_secret: client_secret_jwt needs 32 characters',
    ],
    [
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    require_signed_request_object: true',
      'line 5: require_signed_request_object needs jwks',
    ],
  ])('refuses %j', (text, message) => {
    expect(mistakes(text).join('\n')).toContain(message);
  });

  it('lets an application inside be told of sign-outs by plain http where the operator allows inside', () => {
    writeFileSync(
      file,
      'clients:\n  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n    backchannel_logout_uri: http://a:3000/logout\n',
    );
    const [client] = readClientsFile(file, { internalBackchannel: true }).clients;
    expect(client!.metadata).toMatchObject({ backchannel_logout_uri: 'http://a:3000/logout' });
  });

  it('refuses a client_id that stands twice', () => {
    const one = '  - client_id: a\n    client_secret: x\n    redirect_uris: [https://a.example]\n';
    expect(mistakes(`clients:\n${one}${one}`)).toEqual(['line 5: client_id "a" stands at line 2 already.']);
  });

  it('APIs, and who may ask for them', () => {
    const apis = `
apis:
  - identifier: https://orders.example.org/
    scopes: [orders:read, orders:write]
clients:
  - client_id: machine
    client_secret: a-secret-that-is-long-enough-for-it
    grant_types: [client_credentials]
    apis: [https://orders.example.org/]
    scope: openid orders:read
`;
    const [machine] = read(apis);
    // What the provider is told, and what we hold it to.
    expect(machine!.metadata).toMatchObject({
      scope: 'openid',
      api_scope: 'orders:read',
      response_types: [],
    });
    expect(
      mistakes(
        apis.replace(
          '    client_secret: a-secret-that-is-long-enough-for-it',
          '    token_endpoint_auth_method: none',
        ),
      ),
    ).toEqual(['line 8: grant_types: client_credentials is not for a public client: anybody could be it.']);
    expect(mistakes(apis.replace('apis: [https://orders', 'apis: [https://stock'))).toEqual([
      'line 9: apis: "https://stock.example.org/" is not declared under apis:.',
    ]);
    expect(mistakes(apis.replace('[orders:read,', '[email,'))).toContain(
      'line 4: scopes: "email" is about people: choose another name.',
    );
    expect(mistakes(apis.replace('    scopes: [', '    client_id: nobody\n    scopes: ['))).toEqual([
      'line 3: client_id: there is no client "nobody".',
    ]);
    const guarded = `    profile: fapi2-security
    token_endpoint_auth_method: private_key_jwt
    jwks: {keys: [{kty: EC}]}
`;
    const bank = apis.replace('    client_secret: a-secret-that-is-long-enough-for-it\n', guarded);
    expect(mistakes(bank)).toEqual([
      'line 11: profile fapi2-security: access tokens for "https://orders.example.org/" are signed with RS256; let that API say access_token_signed_response_alg: ES256, or access_token_format: opaque.',
    ]);
    expect(mistakes(bank.replace('    scopes: [', '    access_token_format: opaque\n    scopes: ['))).toEqual(
      [],
    );
  });
});
