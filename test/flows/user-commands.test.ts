import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ACCOUNT_COMMANDS,
  takesReason,
  type AccountCommand,
} from '../../src/admin/commands/account-commands.list.js';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { SetUpCommands } from '../../src/admin/commands/set-up-commands.js';
import { UserCommands } from '../../src/admin/commands/user-commands.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { events } from '../support/api.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { beginElsewhere } from '../support/half-way.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

describe('from the shell', () => {
  let server: TestServer;
  let mailbox: TestMailbox;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  it('people are listed and shown, as lines or as JSON', async () => {
    const person = { ...somebody(), username: 'grace.hopper' };
    const { id } = await addEnrolled(server, person);
    const run = (...args: Parameters<UserCommands['run']>) => server.app.get(UserCommands).run(...args);
    expect((await run('users', ['GRACE'])).message).toBe(`grace.hopper\t${person.email}\tactive`);
    expect(JSON.parse((await run('users', ['--json', 'grace'])).message)).toMatchObject({
      id,
      hasSecondFactor: true,
    });
    expect((await run('users', ['nobody-here'])).message).toBe('nobody');
    expect(JSON.parse((await run('user', ['grace.hopper', '--json'])).message)).toMatchObject({
      id,
      state: 'active',
      factors: [{ kind: 'totp' }],
      backupCodesLeft: 10,
    });
    expect((await run('user', ['nobody'])).done).toBe(false);
  });

  it('somebody is invited by mail, listed, and not invited after all', async () => {
    const run = (...args: Parameters<SetUpCommands['run']>) => server.app.get(SetUpCommands).run(...args);
    const { email } = somebody();
    expect((await run('invite', ['nonsense'])).done).toBe(false);
    const invited = await run('invite', [email]);
    expect(invited.message).not.toContain('token=');
    expect((await mailbox.waitFor(({ to }) => to === email)).link).toContain('/invitation?token=');
    const { message } = await run('invitations');
    expect(message).toContain(`${email}\tby shell`);
    expect((await run('invitation-withdraw', [message.split('\t')[0]!])).done).toBe(true);
    expect((await run('invitation-withdraw', [message.split('\t')[0]!])).done).toBe(false);
    expect((await run('invitations')).message).toBe('there is no open invitation');
  });

  it('why something was done is said with it, and stands in the audit log', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    const run = (command: AccountCommand, ...args: string[]) =>
      server.app.get(AccountCommands).run(command, args);
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword({ ...person, password: 'wrong horse battery' });
    const ask = () => server.app.get(Recovery).request({ ...person, id } as never);
    const expected: [AccountCommand, string][] = [
      ['unlock', 'throttle.cleared'],
      ['confirm-recovery', 'recovery.confirmed'],
      ['refuse-recovery', 'recovery.cancelled'],
      ['remove-second-factor', 'second-factor.removed'],
      ['disable', 'account.disabled'],
      ['delete', 'account.deletion-requested'],
      ['keep', 'account.kept'],
      ['enable', 'account.enabled'],
      ['sign-out', 'session.ended'],
      ['reset-password', 'password.changed'],
    ];
    const all = Object.keys(ACCOUNT_COMMANDS) as AccountCommand[];
    expect(expected.map(([command]) => command).sort()).toEqual(all.filter(takesReason).sort());
    for (const [command, event] of expected) {
      if (command === 'confirm-recovery') await ask();
      if (command === 'sign-out') await beginElsewhere(server, id);
      const words = [person.username, `--reason= called: ${command} `];
      // It may stand before the name, too.
      const args = command === 'disable' ? words.reverse() : words;
      expect([command, (await run(command, ...args)).done]).toEqual([command, true]);
      const noted = await events(server, { accountId: id, name: event });
      expect(noted.at(-1)!.detail).toMatchObject({ by: 'shell', reason: `called: ${command}` });
    }
    await run('disable', person.username);
    const [, last] = await events(server, { accountId: id, name: 'account.disabled' });
    expect(last!.detail).not.toHaveProperty('reason');
  });

  it('a reason that is none is refused before anything is done', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    for (const words of [
      [person.username, '--reason='],
      [person.username, '--reason'],
      [person.username, '--reason=  '],
      [person.username, `--reason=${'x'.repeat(301)}`],
      [person.username, '--reason=a\nb'],
      [person.username, '--reason=a', '--reason=b'],
      ['--reason=nobody is named'],
    ])
      expect([words, await server.app.get(AccountCommands).run('disable', words)]).toEqual([
        words,
        { done: false, exitCode: 64, message: expect.any(String) as unknown },
      ]);
    expect(await events(server, { accountId: id })).toEqual([]);
  });
});
