import { describe, expect, it } from '@jest/globals';
import { Application, type Tokens } from '../support/application.js';
import type { Browser } from '../support/browser.js';
import type { TestServer } from '../support/server.js';
import { somebodySignedIn } from '../support/signed-in.js';

describe('authorization codes and refresh tokens that are used again, or by others', () => {
  let server: TestServer;
  let browser: Browser;

  somebodySignedIn((ready) => ({ server, browser } = ready));

  /** A fresh code of the third-party application, offline access included; the person is signed in and consents. */
  async function freshCode(): Promise<{ calendar: Application; code: string }> {
    const calendar = new Application(server, 'calendar');
    await browser.open(calendar.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await browser.press('submit');
    return { calendar, code: calendar.codeFrom(browser) };
  }

  async function freshTokens(): Promise<{ calendar: Application; tokens: Tokens }> {
    const { calendar, code } = await freshCode();
    const tokens = await calendar.redeem(code);
    expect(tokens.status).toBe(200);
    return { calendar, tokens };
  }

  async function expectDead(calendar: Application, ...families: Tokens[]): Promise<void> {
    for (const { access_token, refresh_token } of families) {
      expect((await calendar.userinfo(access_token!)).status).toBe(401);
      expect(await calendar.refresh(refresh_token!)).toMatchObject({ status: 400, error: 'invalid_grant' });
    }
  }
  const refused = { status: 400, error: 'invalid_grant' };
  const winners = (answers: Tokens[]) => answers.filter(({ status }) => status === 200);
  const losers = (answers: Tokens[]) => answers.filter(({ status }) => status !== 200);

  it('a code that comes twice is refused, and what it was exchanged for is dead', async () => {
    const { calendar, code } = await freshCode();
    const tokens = await calendar.redeem(code);
    expect((await calendar.userinfo(tokens.access_token!)).status).toBe(200);
    expect(await calendar.redeem(code)).toMatchObject(refused);
    await expectDead(calendar, tokens);
  });

  it('of thirty who redeem a code at the same moment exactly one gets tokens, and not for long', async () => {
    const { calendar, code } = await freshCode();
    const answers = await Promise.all(Array.from({ length: 30 }, () => calendar.redeem(code)));
    expect(winners(answers)).toHaveLength(1);
    for (const answer of losers(answers)) expect(answer).toMatchObject(refused);
    await expectDead(calendar, winners(answers)[0]!);
  });

  it('a refresh token that comes twice ends its whole family', async () => {
    const { calendar, tokens: first } = await freshTokens();
    const second = await calendar.refresh(first.refresh_token!);
    const third = await calendar.refresh(second.refresh_token!);
    expect(new Set([first, second, third].map(({ refresh_token }) => refresh_token)).size).toBe(3);
    expect((await calendar.userinfo(third.access_token!)).status).toBe(200);

    // The thief, or the owner after the thief: nobody can tell, so both lose.
    expect(await calendar.refresh(first.refresh_token!)).toMatchObject(refused);
    await expectDead(calendar, third, second, first);
  });

  it('of thirty who refresh at the same moment exactly one gets tokens, and no two families live', async () => {
    const { calendar, tokens } = await freshTokens();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => calendar.refresh(tokens.refresh_token!)),
    );
    expect(winners(answers)).toHaveLength(1);
    for (const answer of losers(answers)) expect(answer).toMatchObject(refused);
    await expectDead(calendar, winners(answers)[0]!, tokens);
  });

  it('a code is refused with another verifier, redirect address or application', async () => {
    const wrong: Record<string, (calendar: Application, code: string) => Promise<Tokens>> = {
      'a verifier of somebody else’s': (_, code) => new Application(server, 'calendar').redeem(code),
      'no verifier': (calendar, code) =>
        calendar.token({ grant_type: 'authorization_code', code, redirect_uri: calendar.redirectUri }),
      'an empty verifier': (calendar, code) =>
        calendar.token({
          grant_type: 'authorization_code',
          code,
          redirect_uri: calendar.redirectUri,
          code_verifier: '',
        }),
      'another application': (_, code) => new Application(server, 'notes').redeem(code),
      'another redirect address': (calendar, code) =>
        calendar.redeem(code, { redirect_uri: 'http://localhost:9/notes/callback' }),
    };
    for (const [what, attempt] of Object.entries(wrong)) {
      const { calendar, code } = await freshCode();
      const answer = await attempt(calendar, code);
      expect([what, answer.status, answer.error]).toEqual([what, 400, 'invalid_grant']);
      expect(answer.access_token).toBeUndefined();
    }
  });

  it('a refresh token is refused to another application, and works on for its own', async () => {
    const { calendar, tokens } = await freshTokens();
    expect(await new Application(server, 'notes').refresh(tokens.refresh_token!)).toMatchObject(refused);
    expect((await calendar.refresh(tokens.refresh_token!)).status).toBe(200);
  });

  it('a refresh does not widen what was consented to', async () => {
    const { calendar, tokens } = await freshTokens();
    const answer = await calendar.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token!,
      scope: 'openid email',
    });
    expect(answer.access_token).toBeUndefined();
    expect(answer.status).toBe(400);
  });

  it('a code lives for less than a minute, an access token for a quarter of an hour', async () => {
    const { calendar, code } = await freshCode();
    server.clock.advance(60_000);
    expect(await calendar.redeem(code)).toMatchObject(refused);

    const { tokens } = await freshTokens();
    server.clock.advance(15 * 60_000 + 10_000);
    expect((await calendar.userinfo(tokens.access_token!)).status).toBe(401);
  });

  it('grants that were never offered are refused: passwords, and nothing at all', async () => {
    const notes = new Application(server, 'notes');
    for (const grant_type of ['password', 'client_credentials', 'implicit', ''])
      expect((await notes.token({ grant_type, username: 'ada', password: 'x' })).status).toBe(400);
  });

  it('rotation never prolongs a refresh token: two weeks after the sign-in it is over', async () => {
    const { calendar, tokens } = await freshTokens();
    let current = tokens;
    for (let day = 0; day < 13; day++) {
      server.clock.advance(24 * 60 * 60_000);
      current = await calendar.refresh(current.refresh_token!);
      expect([day, current.status]).toEqual([day, 200]);
    }
    server.clock.advance(24 * 60 * 60_000 + 60_000);
    expect(await calendar.refresh(current.refresh_token!)).toMatchObject(refused);
  });
});
