import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

/** Two applications of one sector, and one of another. */
const CLIENTS = CLIENTS_WITH_CLAIMS.replace(
  'redirect_uris: [http://localhost:9/bank/callback]',
  'redirect_uris: [http://127.0.0.1:9/bank/callback]\n    post_logout_redirect_uris: [http://127.0.0.1:9/bank]',
)
  .replace('client_id: notes', 'client_id: notes\n    subject_type: pairwise')
  .replace('groups: [staff, admins]', '');

class OfTheBank extends Application {
  override get redirectUri(): string {
    return 'http://127.0.0.1:9/bank/callback';
  }
}

describe('applications that compare whom they know', () => {
  const person = somebody();
  const other = somebody();
  let server: TestServer;
  let id: string;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS });
    ({ id } = await server.addPerson(person));
    await server.addPerson(other);
  });
  afterAll(() => server.stop());

  const application = (clientId: 'notes' | 'photos' | 'bank' | 'calendar') =>
    clientId === 'bank' ? new OfTheBank(server, clientId) : new Application(server, clientId);

  async function signedIn(client: Application, who: Person = person, extra: Record<string, string> = {}) {
    const browser = new Browser(server);
    await browser.open(client.authorizationUrl({ scope: 'openid', ...extra }));
    await browser.enterPassword(who);
    if (browser.page.path.endsWith('/consent')) await browser.press('submit');
    return browser;
  }

  async function subjectAt(clientId: 'notes' | 'photos' | 'bank' | 'calendar', who = person) {
    const client = application(clientId);
    const tokens = await client.redeem(client.codeFrom(await signedIn(client, who)));
    const userinfo = await client.userinfo(tokens.access_token!);
    expect(userinfo.body['sub']).toBe(tokens.claims['sub']);
    const seen =
      clientId === 'calendar'
        ? undefined
        : await client.call('/oidc/introspection', { token: tokens.access_token! });
    if (seen) expect(seen.body['sub']).toBe(tokens.claims['sub']);
    return tokens.claims['sub'] as string;
  }

  it('know a person by another name in each sector, by one inside, and not by the account’s', async () => {
    const [notes, photos, bank] = [
      await subjectAt('notes'),
      await subjectAt('photos'),
      await subjectAt('bank'),
    ];
    expect(notes).toBe(photos);
    expect(bank).not.toBe(notes);
    expect([notes, bank]).not.toContain(id);
    expect(await subjectAt('notes')).toBe(notes);
    expect(await subjectAt('notes', other)).not.toBe(notes);
    expect(await subjectAt('calendar')).toBe(id);
  });

  it('ask for a person by the name that they know, and sign them out by it', async () => {
    const bank = application('bank');
    const first = await signedIn(bank);
    const { id_token: hint, claims } = await bank.redeem(bank.codeFrom(first));
    bank.codeFrom(await signedIn(bank, person, { id_token_hint: hint! }));
    const sub = (value: unknown) => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) });
    bank.codeFrom(await signedIn(bank, person, sub(claims['sub'])));

    // The account's own name is none that this application knows.
    for (const [who, extra] of [
      [other, { id_token_hint: hint! }],
      [person, sub(id)],
    ] as const) {
      const wrong = await signedIn(bank, who, extra);
      expect(wrong.sentTo!.searchParams.get('error')).toBe('login_required');
    }
    await first.open(
      `/oidc/session/end?${new URLSearchParams({ id_token_hint: hint!, post_logout_redirect_uri: 'http://127.0.0.1:9/bank' }).toString()}`,
    );
    await first.press('submit');
    expect(first.sentTo!.href).toBe('http://127.0.0.1:9/bank');
  });

  it('are shown to an operator under the name that they would use', async () => {
    const report = await shell(server, 'claims', 'bank', person.username);
    expect(report).toContain(await subjectAt('bank'));
    expect(report).not.toContain(id);
  });
});
