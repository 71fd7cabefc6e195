import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Sql } from '../../src/database/sql.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

interface Line {
  readonly level: string;
  readonly time: string;
  readonly context: string;
  readonly request?: string;
  readonly message?: string;
  readonly route?: string;
  readonly status?: number | string;
}

/** Whoever reads the log, which is kept in many places, must not get in with what stands in it. */
describe('the log at its most talkative', () => {
  let server: TestServer;
  let mailbox: TestMailbox;
  let output = '';
  const secrets = new Map<string, string>();
  const keep = (what: string, ...values: (string | undefined)[]) => {
    for (const value of values) if (value) secrets.set(value, what);
  };
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        output += String(chunk);
        return true;
      });
    mailbox = await TestMailbox.start();
    server = await TestServer.start({
      env: {
        SMTP_URL: mailbox.url,
        GATEHOUSE_LOG_LEVEL: 'debug',
        GATEHOUSE_LOG_FORMAT: 'json',
        GATEHOUSE_TRUSTED_PROXY_HOPS: '1',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
    jest.restoreAllMocks();
  });

  it('has no password, code, token, secret, cookie or seed in it, whatever goes well and whatever goes wrong', async () => {
    const person = somebody();
    const browser = new Browser(server);
    const noteCookies = () =>
      keep('cookie', ...Object.values({ ...browser.cookies(), ...browser.cookies('/oidc/auth') }));
    await browser.register(person);
    keep('password', person.password, 'wrong but mine');
    const { link: verification } = await mailbox.next(person.email);
    await browser.open(verification);
    await browser.press('submit');
    await browser.open(verification);
    await browser.signInAndEnrol(person);
    noteCookies();
    keep('seed', person.authenticator!.secret.replaceAll(' ', ''), person.authenticator!.secret);
    keep('backup code', ...person.backupCodes!);
    keep('TOTP code', person.authenticator!.code(server.clock.now()));

    const other = new Browser(server);
    const notes = new Application(server, 'notes');
    await other.open(notes.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await other.enterPassword({ ...person, password: 'wrong but mine' });
    await other.enterPassword(person);
    await other.press('submit', { code: '000000' });
    await other.enterTotp(person);
    keep('TOTP code', person.authenticator!.code(server.clock.now()));
    if (!other.sentTo) await other.press('submit');
    const code = notes.codeFrom(other);
    keep('cookie', ...Object.values(other.cookies()));
    keep('application', code, notes.codeVerifier, notes.secret);
    const tokens = await notes.redeem(code);
    expect(tokens.status).toBe(200);
    const renewed = await notes.refresh(tokens.refresh_token ?? 'a-refresh-token-that-is-none');
    keep('token', tokens.access_token, tokens.id_token, tokens.refresh_token, renewed.access_token);
    await notes.userinfo(tokens.access_token!);
    await notes.userinfo('an-access-token-that-is-none');
    await notes.refresh('a-refresh-token-that-is-none');
    await notes.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: tokens.access_token!,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    await notes.call('/oidc/introspection', { token: tokens.access_token! });
    await notes.redeem(code);
    keep('token', 'an-access-token-that-is-none', 'a-refresh-token-that-is-none');

    await other.open('/forgot-password');
    await other.press('submit', { username: person.email });
    let reset = await mailbox.next(person.email);
    while (!reset.link.includes('/reset-password')) reset = await mailbox.next(person.email);
    keep(
      'link',
      new URL(reset.link).searchParams.get('token')!,
      new URL(verification).searchParams.get('token')!,
    );
    await other.open(reset.link);
    await other.press('submit', { password: 'short' });
    await other.press('submit', { password: 'nine brave otters sing' });
    keep('password', 'nine brave otters sing');
    await other.open(reset.link);
    // Whatever comes in a query or a path that is no route's.
    await fetch(
      `${server.url}/oidc/auth?client_id=notes&redirect_uri=${encodeURIComponent(`https://evil.example/?code=${code}`)}`,
    );
    await fetch(`${server.url}/nowhere/${code}?access_token=${tokens.access_token}`);

    expect(secrets.size).toBeGreaterThan(25);
    const found = [...secrets].filter(([secret]) => output.includes(secret));
    expect(found).toEqual([]);
    const routes = lines()
      .filter(({ context }) => context === 'Access')
      .map(({ route }) => route);
    expect(routes).toEqual(
      expect.arrayContaining([
        '/register',
        '/verify-email',
        '/reset-password',
        '/oidc/token',
        '/oidc/auth/:id',
        'other',
      ]),
    );
  });

  it('is one valid record a line, whatever somebody types', async () => {
    const evil = [
      '\n{"level":"info","message":"forged"}',
      '\u001b[2J\u009b31m\r',
      '\ud800',
      '%n%s%j',
      'x'.repeat(20_000),
    ];
    const before = lines().length;
    for (const value of evil) {
      const query = new URLSearchParams({ client_id: value, redirect_uri: `https://notes.example/${value}` });
      await fetch(`${server.url}/oidc/auth?${query.toString()}`).catch(() => undefined);
      await fetch(`${server.url}/oidc/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'authorization_code', client_id: value, code: value }),
      });
      new Logger('Test').error(value, value, value);
      new Logger(value).log({ [value]: value, password: value });
    }
    const records = lines();
    expect(records.length - before).toBeGreaterThan(evil.length * 3);
    for (const record of records) {
      expect(record.level).toMatch(/^(error|warn|info|debug)$/);
      expect(record.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(record.message).not.toBe('forged');
    }
    const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.exec(output);
    expect(obeyed?.index).toBeUndefined();
    for (const line of output.split('\n')) expect(line.length).toBeLessThan(60_000);
  });

  it('calls a request by one name in every line: the trusted proxy’s, or one of its own', async () => {
    const refused = (id: string) =>
      fetch(`${server.url}/oidc/token`, {
        method: 'POST',
        headers: { 'X-Request-Id': id },
        body: new URLSearchParams({ grant_type: 'authorization_code', code: 'none' }),
      });
    const before = lines().length;
    await refused('proxy-0123456789abcdef');
    await refused('"no identifier"');
    const [ofProxy, own] = [0, 1].map((nth) => {
      const access = lines()
        .slice(before)
        .filter(({ context }) => context === 'Access')[nth]!;
      return lines().filter(({ request }) => request === access.request);
    });
    expect(ofProxy!.map(({ context, request }) => [context, request])).toEqual([
      ['Oidc', 'proxy-0123456789abcdef'],
      ['Access', 'proxy-0123456789abcdef'],
    ]);
    expect(own!.map(({ context }) => context)).toEqual(['Oidc', 'Access']);
    expect(own![0]!.request).toMatch(/^[\w-]{12}$/);
  });

  it('shows that name on the page of a failure', async () => {
    jest.spyOn(server.app.get(Sql), 'rows').mockRejectedValue(new Error('password=of-the-database'));
    const answer = await fetch(`${server.url}/verify-email?token=${'x'.repeat(43)}`);
    expect(answer.status).toBe(500);
    const reference = /class="reference">([^<]+)</.exec(await answer.text())![1]!;
    const failure = lines().find(({ level, request }) => level === 'error' && request === reference)!;
    expect(failure.message).toContain(`internal ${reference}`);
    expect(output).not.toContain('of-the-database');
  });
});
