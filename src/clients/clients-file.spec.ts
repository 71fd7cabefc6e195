import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationMistakes } from '../config/config.js';
import { readClientsFile } from './clients-file.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'));
const file = join(folder, 'clients.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
  writeFileSync(file, text);
  return readClientsFile(file).clients;
};

function mistakes(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigurationMistakes)
      return error.mistakes.map((mistake) => mistake.replace(`${file}, `, ''));
    throw error;
  }
  return [];
}

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
  });
});

describe('what the clients file declares beside clients', () => {
  const CLIENT = `
clients:
  - client_id: notes
    client_secret: a-secret-of-thirty-two-characters
    redirect_uris: [https://notes.example/cb]
    scope: openid groups team
groups:
  - name: staff
`;

  it('is claims with one source and somebody to get them', () => {
    writeFileSync(file, `${CLIENT}claims:\n  - {name: roles, groups: {staff: editor}, scopes: [team]}\n`);
    const { declarations, clients } = readClientsFile(file);
    expect(declarations.map(({ kind, name }) => [kind, name])).toEqual([
      ['groups', 'staff'],
      ['claims', 'roles'],
    ]);
    expect(clients[0]!.metadata).toMatchObject({ scope: 'openid groups team' });
  });

  it.each([
    ['{name: sub, value: 1, scopes: [team]}', 'name: "sub" belongs to the protocol: choose another name'],
    ['{name: acr, value: 1, scopes: [team]}', 'name: "acr" belongs to the protocol: choose another name'],
    ['{name: __proto__, value: 1, scopes: [team]}', 'name: "__proto__" belongs to the protocol'],
    ['{name: email, value: a@b.c, scopes: [team]}', 'name: "email" is a standard claim'],
    ['{name: a, value: 1, attribute: b, scopes: [team]}', 'write one of attribute, groups and value'],
    ['{name: a, scopes: [team]}', 'write one of attribute, groups and value'],
    ['{name: a, value: 1}', 'write scopes, with which it is given, or clients, to which, or both'],
    ['{name: a, value: 1, scopes: []}', 'write scopes, with which it is given, or clients'],
    [
      '{name: a, attribute: nickname, scopes: [team]}',
      'attribute: "nickname" cannot be used, people can set it',
    ],
    [
      '{name: a, attribute: email, scopes: [team]}',
      'attribute: "email" cannot be used, it is a standard claim',
    ],
    ['{name: a, groups: {nobody: x}, scopes: [team]}', 'groups: "nobody" is not declared under groups:'],
    ['{name: a, groups: {staff: [x]}, scopes: [team]}', 'groups: write true, or a map from groups to values'],
    ['{name: a, groups: {}, scopes: [team]}', 'groups: write true, or a map from groups to values'],
    ['{name: a, value: 1, clients: [nobody]}', 'clients: "nobody" is not a client of this file'],
    ['{name: a, value: 1, scopes: [offline_access]}', 'scopes: "offline_access" gives no claims'],
  ])('refuses %s', (claim, what) => {
    expect(mistakes(`${CLIENT}claims:\n  - ${claim}\n  - {name: t, value: 1, scopes: [team]}\n`)).toEqual([
      expect.stringMatching(/^line 10: /),
    ]);
    expect(
      mistakes(`${CLIENT}claims:\n  - ${claim}\n  - {name: t, value: 1, scopes: [team]}\n`)[0],
    ).toContain(what);
  });

  it.each([
    ['groups:\n  - name: gatehouse-operators', 'groups that start with "gatehouse-" are the built-in ones'],
    [
      'clients:\n  - {client_id: a, token_endpoint_auth_method: none, redirect_uris: ["https://a.example/"], first_party: true, consent: always}',
      'consent: "always" and first_party: true contradict each other: keep one',
    ],
    [
      'clients:\n  - {client_id: a, token_endpoint_auth_method: none, redirect_uris: ["https://a.example/"], first_party: false, consent: never}',
      'consent: "never" and first_party: false contradict each other: keep one',
    ],
  ])('nor a built-in group, nor two words on consent: %s', (text, what) => {
    expect(mistakes(text)).toEqual([`line 2: ${what}.`]);
  });

  it('takes consent: never for one of the house’s own', () => {
    const [client] = read(
      'clients:\n  - {client_id: a, token_endpoint_auth_method: none, redirect_uris: ["https://a.example/"], consent: never}',
    );
    expect(client!.metadata).toMatchObject({ first_party: true });
  });
});
