import { afterAll, describe, expect, it } from '@jest/globals';
import { ScratchClientsFile } from '../../test/support/clients-file.js';
import type { ConfigurationMistakes } from '../config/config.js';
import { readClientsFile } from './clients-file.js';

const scratch = new ScratchClientsFile();
const { path: file, clients: read, mistakes } = scratch;
afterAll(() => scratch.remove());

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
    scratch.write(`${CLIENT}claims:\n  - {name: roles, groups: {staff: editor}, scopes: [team]}\n`);
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

  it('nor an API in the place of Gatehouse’s own, nor a scope twice', () => {
    const text = `apis:
  - identifier: https://id.example.org/api/v1
    scopes: [users]
  - identifier: https://orders.example.org/
    scopes: ['orders:read', {name: 'orders:read'}]
`;
    scratch.write(text);
    const mistakesAt = (issuer: string) => {
      try {
        return readClientsFile(file, { issuer }) && [];
      } catch (error) {
        return (error as ConfigurationMistakes).mistakes.map((each) => each.replace(`${file}, `, ''));
      }
    };
    const twice = 'line 5: scopes: "orders:read" stands there more than once.';
    expect(mistakesAt('https://other.example.org')).toEqual([twice]);
    expect(mistakesAt('https://id.example.org')).toEqual([
      'line 2: identifier: "https://id.example.org/api/v1" is the API of Gatehouse itself, which gatehouse_api lets a client ask.',
      twice,
    ]);
  });

  it('takes consent: never for one of the house’s own', () => {
    const [client] = read(
      'clients:\n  - {client_id: a, token_endpoint_auth_method: none, redirect_uris: ["https://a.example/"], consent: never}',
    );
    expect(client!.metadata).toMatchObject({ first_party: true });
  });
});
