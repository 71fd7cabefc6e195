import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionEndings } from '../../src/oidc/sessions/session-endings.service.js';
import { LogoutNotices } from '../../src/oidc/sessions/logout-notices.service.js';
import { APIS, machineToken, ORDERS, STOCK, verify } from '../support/apis.js';
import { Application, type Tokens } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const SECOND = 1_000;
const DAY = 86_400_000;
/** What notes says is long, what the others say is short. */
const CLIENTS = APIS.replace(
  'client_name: Notes',
  'client_name: Notes\n    access_token_lifetime: 120\n    id_token_lifetime: 240\n    refresh_token_lifetime: 2592000',
)
  .replace('client_name: Photos', 'client_name: Photos\n    refresh_token_lifetime: 600')
  .replace(
    'client_name: Third-party Calendar',
    'client_name: Third-party Calendar\n    id_token_lifetime: 30',
  )
  .replace('client_id: meter', 'client_id: meter\n    access_token_lifetime: 1000');

describe('the lifetimes of tokens', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS });
  });
  afterAll(() => server.stop());

  async function signedIn(id: 'notes' | 'photos' | 'calendar', extra: Record<string, string> = {}) {
    const person = somebody();
    const { id: accountId } = await server.addPerson(person);
    const browser = new Browser(server);
    const application = new Application(server, id);
    await browser.open(application.authorizationUrl({ scope: 'openid offline_access', ...extra }));
    await browser.enterPassword(person);
    if (id === 'calendar') await browser.press('submit');
    const tokens = await application.redeem(application.codeFrom(browser));
    return { accountId, application, tokens };
  }
  const lifetime = ({ claims }: Tokens) => (claims['exp'] as number) - (claims['iat'] as number);
  const expiresIn = (tokens: unknown) => (tokens as { expires_in: number }).expires_in;

  it('are those that the client has', async () => {
    const { tokens } = await signedIn('notes');
    expect(expiresIn(tokens)).toBe(120);
    expect(lifetime(tokens)).toBe(240);
  });

  it('are the usual ones of a client that says nothing', async () => {
    const { tokens } = await signedIn('photos');
    expect(expiresIn(tokens)).toBe(900);
    expect(lifetime(tokens)).toBe(3600);
  });

  it('of an API and a client: the shorter one counts', async () => {
    // The API has 300 seconds, this client 120, the machine 1000.
    const { tokens } = await signedIn('notes', { scope: 'openid orders:read' });
    expect(expiresIn(tokens)).toBe(120);
    expect((await machineToken(server, 'meter')).body['expires_in']).toBe(300);
    expect((await machineToken(server, 'warehouse', { resource: STOCK })).body['expires_in']).toBe(900);
  });

  it('a short refresh token ends, and rotation does not prolong it', async () => {
    const { application, tokens } = await signedIn('photos');
    server.clock.advance(400 * SECOND);
    const second = await application.refresh(tokens.refresh_token!);
    expect(second.status).toBe(200);
    server.clock.advance(400 * SECOND);
    expect(await application.refresh(second.refresh_token!)).toMatchObject({ error: 'invalid_grant' });
  });

  it('a long one lives as long as it says, and no longer', async () => {
    const { application, tokens } = await signedIn('notes');
    server.clock.advance(29 * DAY);
    const second = await application.refresh(tokens.refresh_token!);
    expect(second.status).toBe(200);
    server.clock.advance(1.1 * DAY);
    expect(await application.refresh(second.refresh_token!)).toMatchObject({ error: 'invalid_grant' });
  });

  it('the receipt of a sign-out says how long a token is still taken for valid', async () => {
    const receiptOf = async ({ accountId }: { accountId: string }) => {
      const id = await server.app.get(SessionEndings).everything(accountId);
      const [line] = await server.app.get(LogoutNotices).receipt(accountId, id!);
      return Math.round((line!.tokenUntil! - server.clock.now().getTime()) / SECOND / 10) * 10;
    };
    expect(await receiptOf(await signedIn('notes'))).toBe(240);
    expect(await receiptOf(await signedIn('photos'))).toBe(3600);
    // An API takes a JWT for valid without asking, also after the ID token has expired.
    const { accountId, tokens } = await signedIn('calendar', {
      scope: 'openid orders:read',
      resource: ORDERS,
    });
    await verify(server, tokens.access_token, ORDERS);
    expect(await receiptOf({ accountId })).toBe(300);
    // What is asked about here ends at once.
    expect(await receiptOf(await signedIn('calendar', { scope: 'openid stock:read', resource: STOCK }))).toBe(
      30,
    );
  });
});
