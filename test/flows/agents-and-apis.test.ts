import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { Browser } from '../support/browser.js';
import { introspect, verify } from '../support/apis.js';
import { DocumentHost } from '../support/document-host.js';
import { somebody } from '../support/enrolled.js';
import { register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

const TOOLS = 'https://tools.example.org/mcp';
const BOOKS = 'https://books.example.org/';
const LISTENING = 'http://127.0.0.1:33418/callback';
const CLIENTS = `
apis:
  - identifier: ${TOOLS}
    name: Tools
    client_id: tools-server
    undeclared_clients: true
    scopes:
      - {name: tools:use, description: Use your tools}
  - identifier: ${BOOKS}
    scopes: [books:read]
clients:
  - client_id: tools-server
    client_secret: tools-server-secret-of-thirty-two-characters
    grant_types: [client_credentials]
`;

/** An agent names the MCP server that it wants a token for (RFC 8707); nobody has declared the agent. */
describe('an application that nobody declared, and an API', () => {
  let server: TestServer;
  let host: DocumentHost;
  beforeAll(async () => {
    host = await DocumentHost.start();
    server = await TestServer.start({
      clients: CLIENTS,
      env: {
        GATEHOUSE_CLIENT_METADATA_HOSTS: '127.0.0.1',
        GATEHOUSE_CLIENT_REGISTRATION: 'open',
        GATEHOUSE_INTERNAL_FETCH: 'on',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });
  // What may be fetched in a minute is counted.
  beforeEach(() => server.clock.advance(61_000));

  const SAID = {
    client_name: 'Agent Smith',
    redirect_uris: [LISTENING],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  const ofDocument = (path: string) =>
    Promise.resolve(host.serve(path, { client_id: host.origin + path, ...SAID }));
  const registered = async () => String((await register(server, SAID)).body['client_id']);
  const verifier = randomBytes(32).toString('base64url');

  const ask = async (id: string, params: Record<string, string>) => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    const query = new URLSearchParams({
      client_id: id,
      redirect_uri: LISTENING,
      response_type: 'code',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...params,
    });
    await browser.open(`/oidc/auth?${query.toString()}`);
    return { browser, person };
  };
  const redeem = async (id: string, browser: Browser) => {
    const response = await fetch(`${server.url}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: id,
        code: browser.sentTo!.searchParams.get('code')!,
        redirect_uri: LISTENING,
        code_verifier: verifier,
        resource: TOOLS,
      }),
    });
    return (await response.json()) as Record<string, string>;
  };

  it.each([
    ['known by a document', () => ofDocument('/agent.json')],
    ['registered', registered],
  ])(
    'gets a token where the API is open to such, once its person has read what for (%s)',
    async (_how, make) => {
      const id = await make();
      const { browser, person } = await ask(id, { scope: 'tools:use', resource: TOOLS });
      await browser.enterPassword(person);
      expect(browser.page.path).toMatch(/\/consent$/);
      expect(browser.page.html.getElementById('unvouched')).not.toBeNull();
      expect(browser.page.text).toContain('Use your tools');
      await browser.press('submit');
      const { access_token: token } = await redeem(id, browser);
      const { payload } = await verify(server, token, TOOLS);
      expect(payload).toMatchObject({ client_id: id, scope: 'tools:use' });
      expect(await introspect(server, 'tools-server', token)).toMatchObject({ active: true, client_id: id });
    },
  );

  it.each([
    ['known by a document', () => ofDocument('/other.json')],
    ['registered', registered],
  ])('gets none for any other API (%s)', async (_how, make) => {
    const { browser } = await ask(await make(), { scope: 'books:read', resource: BOOKS });
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_target');
  });

  it('whose document is gone has no token that counts, and the API is told just that', async () => {
    const id = await ofDocument('/gone.json');
    const { browser, person } = await ask(id, { scope: 'tools:use', resource: TOOLS });
    await browser.enterPassword(person);
    await browser.press('submit');
    const { access_token: token } = await redeem(id, browser);
    host.answer('/gone.json', (_req, res) => res.writeHead(410).end());
    server.clock.advance(2 * 60_000);
    expect(await introspect(server, 'tools-server', token)).toEqual({ active: false });
  });
});
