import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { truncateSync } from 'node:fs';
import { Accounts } from '../../src/users/accounts.service.js';
import { somebody } from '../support/enrolled.js';
import { ForeignFiles, pyotpSeed } from '../support/foreign-users.js';
import { fates, foreignFile, runImport } from '../support/imports.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());

describe('a users file that somebody has prepared', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());
  const run = (users: string, totp = '--no-totp', ...file: string[]) =>
    runImport(server, 'authelia', users, totp, ...file, '--no-webauthn');
  const written = (users: object) => files.written(JSON.stringify({ users }), 'users.yml');

  it.each([
    ['aliases that stand for more than the memory holds', billionLaughs()],
    ['an alias', 'users:\n  a: &a {email: a@example.org}\n  b: *a\n'],
    ['a nesting without end', '{users: '.repeat(200_000)],
    ['names twice', 'users:\n  a: {email: a@example.org}\n  a: {email: b@example.org}\n'],
    ['no map', '- users\n'],
    ['another map', 'people: {}\n'],
    ['bytes', '\u0000\u0001\u0002'],
  ])('is refused as a whole: %s', async (_, content) => {
    const started = performance.now();
    expect(await run(files.written(content, 'users.yml'))).toMatchObject({
      reason: 'other-format',
      exitCode: 31,
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is refused before it is read when it is huge, and so is the file of seeds', async () => {
    const huge = files.written('');
    truncateSync(huge, 10 * 1024 ** 3);
    expect(await run(huge)).toMatchObject({ reason: 'file-too-large' });
    expect(await run(foreignFile('authelia/users.yml'), '--totp', huge)).toMatchObject({
      reason: 'file-too-large',
    });
  });

  it('constructs nothing, and disables whom it does not plainly let in', async () => {
    const [one, two, three] = [somebody(), somebody(), somebody()];
    const file = files.written(
      [
        'users:',
        `  ${one.username}: {email: ${one.email}, disabled: !!js/function 'x', password: !!binary eHh4}`,
        `  ${two.username}: {email: ${two.email}, disabled: yes}`,
        `  ${three.username}: {email: [${three.email}, other@example.org], disabled: False}`,
      ].join('\n'),
      'users.yml',
    );
    await run(file);
    const disabled = async (name: string) =>
      (await server.app.get(Accounts).findByIdentifier(name))!.disabledAt !== null;
    expect(await disabled(one.username)).toBe(true);
    expect(await disabled(two.username)).toBe(true);
    expect(await disabled(three.username)).toBe(false);
  });

  it('brings nobody in with a name, an address or a seed that is none', async () => {
    const [good, twice] = [somebody(), somebody()];
    const seeds = ['issuer,username,algorithm,digits,period,secret'];
    const seed = (name: string, ...rest: string[]) => seeds.push(['x', name, ...rest].join(','));
    seed(good.username.toUpperCase(), 'SHA1', '6', '30', pyotpSeed());
    seed('weak', 'SHA1', '6', '30', 'MFRGG');
    seed('odd', 'MD5', '6', '30', pyotpSeed());
    seed('slow', 'SHA1', '6', '1e9', pyotpSeed());
    seed('ghost', 'SHA1', '6', '30', pyotpSeed());
    const mail = (name: string) => ({ email: `${name}-${good.email}` });
    const report = await run(
      written({
        [good.username]: { email: good.email, password: '$6$x$y' },
        [twice.username]: { email: twice.email },
        [twice.username.toUpperCase()]: mail('twice'),
        weak: mail('weak'),
        odd: mail('odd'),
        slow: mail('slow'),
        'a\u001bb': mail('control'),
        lost: {},
        __proto: 'x',
      }),
      '--totp',
      files.written(seeds.join('\n'), 'totp.csv'),
    );
    expect(fates(report)).toEqual({
      [good.username]: 'created',
      [twice.username]: 'created',
      [twice.username.toUpperCase()]: 'refused twice-in-the-file',
      weak: 'refused seed-too-short',
      odd: 'refused seed-of-other-kind',
      slow: 'refused seed-with-other-clock',
      'a\ufffdb': 'refused unusable-username',
      lost: 'refused unusable-email',
      __proto: 'refused unusable-field',
      ghost: 'skipped seed-of-nobody',
    });
  });

  it.each([
    '',
    'issuer,username\n',
    'otpauth://hotp/x:a?secret=ABCDEFGH\n',
    'otpauth://totp/x:a\n',
    'totp_configurations: {}\n',
  ])('goes with no file of seeds that is none: %j', async (content) => {
    const { username, email } = somebody();
    const report = await run(written({ [username]: { email } }), '--totp', files.written(content, 'totp'));
    expect(report).toMatchObject({ reason: 'other-format', exitCode: 31 });
  });
});

function billionLaughs(): string {
  const lines = ['l0: &l0 {email: a@example.org}'];
  for (let n = 1; n < 30; n++)
    lines.push(
      `l${n}: &l${n} [${Array(10)
        .fill(`*l${n - 1}`)
        .join(', ')}]`,
    );
  return `${lines.join('\n')}\nusers: {a: *l29}\n`;
}
