import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import {
  answered,
  consentDue,
  nothingProven,
  secondFactorDue,
  uidOf,
  type HalfFinished,
} from '../support/half-finished.js';
import { send, type Answer } from '../support/raw.js';
import { TestServer } from '../support/server.js';

describe('an interaction’s address with another interaction’s cookies', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** The cookies that a browser holds for its own interaction, sent to whatever address: a tool does not mind paths. */
  const cookiesOf = ({ browser, uid }: HalfFinished): string =>
    Object.entries({ ...browser.cookies(`/interaction/${uid}`), ...browser.cookies(`/oidc/auth/${uid}`) })
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');

  const post = (path: string, Cookie: string, fields: Record<string, string>): Promise<Answer> =>
    send(server, path, {
      method: 'POST',
      headers: { Cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });

  function expectRefused({ status, headers, text, cookies }: Answer): void {
    expect([status, headers['location']]).toEqual([400, undefined]);
    expect(text).toMatch(/no longer open|cannot be answered/);
    expect(cookies.filter((cookie) => cookie.startsWith('gatehouse_session'))).toEqual([]);
  }

  it('one’s own cookie opens no other person’s page, however far she has come', async () => {
    const mine = await nothingProven(server);
    for (const reach of [nothingProven, secondFactorDue, consentDue, answered]) {
      const hers = await reach(server);
      for (const page of ['', '/password', '/totp', '/backup-code', '/enrol', '/backup-codes', '/consent']) {
        const answer = await send(server, `/interaction/${hers.uid}${page}`, {
          headers: { Cookie: cookiesOf(mine) },
        });
        expectRefused(answer);
        expect(answer.text).not.toContain(hers.person.username);
      }
    }
  });

  it('what is proven under one address does not count under another', async () => {
    const mine = await nothingProven(server);
    const hers = await secondFactorDue(server);
    const token = { _csrf: mine.browser.formToken };
    const code = hers.person.authenticator!.code(server.clock.now(), 1);
    expectRefused(await post(`/interaction/${hers.uid}/totp`, cookiesOf(mine), { ...token, code }));
    expectRefused(
      await post(`/interaction/${hers.uid}/password`, cookiesOf(mine), {
        ...token,
        username: mine.person.username,
        password: mine.person.password,
      }),
    );
    expectRefused(await post(`/interaction/${hers.uid}/cancel`, cookiesOf(mine), token));
    // Neither has moved, and her code is not spent.
    expect((await mine.browser.open(`/interaction/${mine.uid}`)).path).toMatch(/\/password$/);
    expect((await hers.browser.open(`/interaction/${hers.uid}`)).path).toMatch(/\/totp$/);
    await hers.browser.press('submit', { code });
    expect(hers.browser.sentTo).toBeDefined();
  });

  it('two interactions of one browser stay apart, with their cookies swapped as well', async () => {
    const first = await secondFactorDue(server);
    const { browser, person } = first;
    const bank = new Application(server, 'bank');
    await browser.open(bank.authorizationUrl());
    const second: HalfFinished = { browser, person, application: bank, uid: uidOf(browser) };
    expect(browser.page.path).toMatch(/\/password$/);

    for (const [cookies, uid] of [
      [cookiesOf(first), second.uid],
      [cookiesOf(second), first.uid],
    ] as const) {
      expectRefused(await send(server, `/interaction/${uid}`, { headers: { Cookie: cookies } }));
      expectRefused(await send(server, `/interaction/${uid}/totp`, { headers: { Cookie: cookies } }));
    }
    // The password was proven in the first one only.
    expect((await browser.open(`/interaction/${second.uid}`)).path).toMatch(/\/password$/);
    expect((await browser.open(`/interaction/${first.uid}`)).path).toMatch(/\/totp$/);
    for (const uid of [first.uid, second.uid]) {
      const resumed = await send(server, `/oidc/auth/${uid}`, { headers: { Cookie: cookiesOf(first) } });
      expect(resumed.headers['location'] ?? '').not.toContain('code=');
    }
  });

  it('an answered interaction is handed over to nobody who lacks its own cookies', async () => {
    const hers = await answered(server);
    const mine = await answered(server);
    expectRefused(await send(server, `/oidc/auth/${hers.uid}`));
    // One's own cookies lead to one's own answer, whatever the address says.
    const { headers } = await send(server, `/oidc/auth/${hers.uid}`, {
      headers: { Cookie: cookiesOf(mine) },
    });
    const code = new URL(headers['location'] ?? server.url).searchParams.get('code');
    if (code) {
      const { claims } = await mine.application.redeem(code);
      expect(claims['preferred_username']).toBe(mine.person.username);
    }
    await hers.browser.open(`/interaction/${hers.uid}`);
    expect((await hers.application.redeem(hers.application.codeFrom(hers.browser))).status).toBe(200);
  });

  it('an interaction that is over opens nothing again', async () => {
    const state = await answered(server);
    const cookies = cookiesOf(state);
    await state.browser.open(`/interaction/${state.uid}`);
    expect(state.browser.sentTo).toBeDefined();
    expectRefused(await send(server, `/interaction/${state.uid}`, { headers: { Cookie: cookies } }));
    expectRefused(await send(server, `/interaction/${state.uid}/totp`, { headers: { Cookie: cookies } }));
    const again = await send(server, `/oidc/auth/${state.uid}`, { headers: { Cookie: cookies } });
    expect([again.status, again.headers['location']]).toEqual([400, undefined]);
  });

  it('two people at one interaction: the proofs of one are never added to those of the other', async () => {
    const { browser, person: first, application } = await secondFactorDue(server);
    const second = somebody();
    await server.addPerson(second);
    // The password page is not due any more; whoever wants to be somebody else begins anew.
    const { path } = browser.page;
    await browser.post(path.replace('totp', 'password'), {
      _csrf: browser.formToken,
      username: second.username,
      password: second.password,
    });
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(first);
    const { claims } = await application.redeem(application.codeFrom(browser));
    expect(claims['preferred_username']).toBe(first.username);
  });

  it('somebody else’s interaction does not appear in a browser that only knows the address', async () => {
    const hers = await secondFactorDue(server);
    const stranger = new Browser(server);
    for (const page of ['', '/totp', '/register', '/register/done']) {
      expect((await stranger.open(`/interaction/${hers.uid}${page}`)).status).toBe(400);
      expect(stranger.page.text).not.toContain(hers.person.username);
    }
  });
});
