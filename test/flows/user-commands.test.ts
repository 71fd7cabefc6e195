import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SetUpCommands } from '../../src/admin/commands/set-up-commands.js';
import { UserCommands } from '../../src/admin/commands/user-commands.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
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
});
