import { afterAll, describe, expect, it } from '@jest/globals';
import { ScratchClientsFile } from '../../test/support/clients-file.js';

const file = new ScratchClientsFile();
afterAll(() => file.remove());

const client = (more: string) => `clients:
  - client_id: robot
    client_secret: a-secret-of-more-than-thirty-two-chars
    grant_types: [client_credentials]
    ${more}`;

describe('gatehouse_api', () => {
  it('lists what a program may ask for', () => {
    const [robot] = file.clients(client('gatehouse_api: [gatehouse:users.read]'));
    expect(robot!.metadata).toMatchObject({ gatehouse_api: ['gatehouse:users.read'], response_types: [] });
  });

  it.each([
    ['gatehouse_api: []', /list at least one/],
    ['gatehouse_api: gatehouse:users.read', /write a list/],
    ['gatehouse_api: [gatehouse:everything]', /write one of: gatehouse:users\.read/],
  ])('is not %s', (field, mend) => {
    expect(file.mistakes(client(field))).toEqual([expect.stringMatching(mend)]);
  });

  it('is for programs alone', () => {
    const text = client('gatehouse_api: [gatehouse:users.read]');
    const asPerson = text.replace(
      '[client_credentials]',
      '[authorization_code]\n    redirect_uris: [https://a.example/]',
    );
    expect(file.mistakes(asPerson)).toEqual([
      expect.stringMatching(/needs the grant type client_credentials/),
    ]);
    const asAnybody = text.replace(
      'client_secret: a-secret-of-more-than-thirty-two-chars',
      'token_endpoint_auth_method: none',
    );
    expect(file.mistakes(asAnybody)).toEqual([expect.stringMatching(/not for a public client/)]);
  });
});
