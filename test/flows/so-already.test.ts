import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { Sql } from '../../src/database/sql.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { beginElsewhere } from '../support/half-way.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

/** What is so already is done: nothing is written down, nobody is told, no session ends. */
describe('doing what is done already', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let program: Program;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ clients: API_CLIENTS, env: { SMTP_URL: mailbox.url } });
    program = new Program(server);
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  const added = async () => {
    const person = somebody();
    return { ...person, id: (await server.addPerson(person)).id };
  };
  /** Everything that tells of a change: the log, what waits for people and applications, and the user's ETag. */
  const traces = async (id: string) => {
    // At one look: a letter that is sent meanwhile goes from one table to the other.
    const [told] = await server.app.get(Sql).rows<{ letters: number | string; notices: number | string }>(
      `SELECT (SELECT COUNT(*) FROM mail) + (SELECT COUNT(*) FROM mail_outcome) AS letters,
         (SELECT COUNT(*) FROM logout_notice) AS notices`,
    );
    return [
      (await events(server, {})).map(({ name }) => name),
      Number(told!.letters),
      Number(told!.notices),
      (await program.get(`/users/${id}`)).headers.get('etag'),
    ];
  };
  /** The second time is answered as the first was, and leaves nothing behind. */
  async function twice(id: string, act: () => Promise<{ status: number } | { done: boolean }>) {
    const first = await act();
    const before = await traces(id);
    // A change of this moment would show in the time of the last one.
    server.clock.advance(1_000);
    const second = await act();
    expect(second).toMatchObject('status' in first ? { status: first.status } : { done: true });
    expect(await traces(id)).toEqual(before);
  }
  const post = (path: string) => () => program.post(path, { reason: 'again' });

  it('disabling, and enabling', async () => {
    const { id } = await added();
    await twice(id, post(`/users/${id}/disable`));
    await twice(id, post(`/users/${id}/enable`));
    expect((await events(server, { accountId: id })).map(({ name }) => name)).toEqual([
      'account.disabled',
      'account.enabled',
    ]);
  });

  it('deleting, and keeping', async () => {
    const { id } = await added();
    await twice(id, () => program.delete(`/users/${id}`));
    await twice(id, post(`/users/${id}/keep`));
  });

  it('joining a group, leaving it, and describing it', async () => {
    const { id } = await added();
    await program.put('/groups/crew', { description: 'Awake' });
    await twice(id, () => program.put(`/groups/crew/members/${id}`));
    await twice(id, () => program.delete(`/groups/crew/members/${id}`));
    await twice(id, () => program.put('/groups/crew', { description: 'Asleep' }));
  });

  it('saying something of somebody, and saying it no more', async () => {
    const { id, username, email } = await added();
    await twice(id, () => program.put(`/users/${id}/attributes/team`, { value: ['ops', { level: 3 }] }));
    const attributes = { team: ['ops', { level: 3 }], shift: 'night' };
    await twice(id, () => program.put(`/users/by-username/${username}`, { email, attributes }));
    await twice(id, async () => ({
      done: (await shell(server, 'set-attribute', username, 'shift', '"night"')) !== '',
    }));
    await twice(id, () => program.delete(`/users/${id}/attributes/team`));
  });

  it('saying of an operator what is said already is no reason to refuse', async () => {
    const { id, username, email } = await added();
    await program.put(`/users/${id}/attributes/team`, { value: 'ops' });
    await shell(server, 'operator-add', username);
    const put = (team: string) =>
      program.put(`/users/by-username/${username}`, { email, attributes: { team } });
    expect([(await put('ops')).status, (await put('dev')).status]).toEqual([200, 403]);
  });

  it('clearing a limit that nobody has come near', async () => {
    const person = await added();
    await twice(person.id, post(`/users/${person.id}/clear-throttle`));
    expect(await events(server, { accountId: person.id })).toEqual([]);
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword({ ...person, password: 'wrong horse battery' });
    await twice(person.id, post(`/users/${person.id}/clear-throttle`));
    expect(await events(server, { accountId: person.id, name: 'throttle.cleared' })).toHaveLength(1);
  });

  it('removing every second factor: the session of who has none goes on, and nobody gets a letter', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    await twice(id, () => program.delete(`/users/${id}/factors`));
    expect(await events(server, { accountId: id, name: 'second-factor.removed' })).toHaveLength(1);

    const other = await added();
    const browser = new Browser(server);
    await browser.signIn(other);
    const commands = server.app.get(AccountCommands);
    expect(await commands.run('remove-second-factor', [other.username])).toMatchObject({ done: true });
    await browser.open('/dashboard');
    expect(browser.page.path).toBe('/dashboard');
    expect(await events(server, { accountId: other.id, name: 'second-factor.removed' })).toEqual([]);
  });

  it('confirming a recovery', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    await server.app.get(Recovery).request({ ...person, id } as never);
    await twice(id, post(`/users/${id}/confirm-recovery`));
    const open = await server.app.get(Recovery).open(id);
    server.clock.advance(60_000);
    await program.post(`/users/${id}/confirm-recovery`);
    expect(await server.app.get(Recovery).open(id)).toEqual(open);
  });

  it('giving somebody the role that they have', async () => {
    const { id, username } = await added();
    await twice(id, async () => ({ done: (await shell(server, 'help-desk-add', username)) !== '' }));
  });

  it('ending a session that is over', async () => {
    const person = await added();
    await new Browser(server).signIn(person);
    const { body } = await program.get(`/users/${person.id}/sessions`);
    const [session] = body['items'] as { id: string }[];
    await twice(person.id, () => program.delete(`/users/${person.id}/sessions/${session!.id}`));
  });

  describe('signing somebody out', () => {
    const endings = async (id: string) =>
      (await events(server, { accountId: id, name: 'session.ended' })).length;

    it('who is signed in nowhere: by a program and in the shell', async () => {
      const { id, username } = await added();
      await twice(id, post(`/users/${id}/sign-out`));
      expect(await server.app.get(AccountCommands).run('sign-out', [username])).toEqual({
        done: true,
        message: `${username} was signed in nowhere`,
      });
      expect(await endings(id)).toBe(0);
    });

    it('again, after there was something to end: a session, or a sign-in that was half-way', async () => {
      const person = await added();
      await new Browser(server).signIn(person);
      await twice(person.id, post(`/users/${person.id}/sign-out`));
      expect(await endings(person.id)).toBe(1);
      await beginElsewhere(server, person.id);
      await twice(person.id, post(`/users/${person.id}/sign-out`));
      expect(await endings(person.id)).toBe(2);
    });

    it('whose session had expired, and whose sign-in had', async () => {
      const person = await added();
      await new Browser(server).signIn(person);
      await beginElsewhere(server, person.id);
      server.clock.advance(2 * 86_400_000);
      // Its token has expired, too.
      program = new Program(server);
      expect((await program.post(`/users/${person.id}/sign-out`)).status).toBe(204);
      expect(await endings(person.id)).toBe(0);
    });

    it('on the page, and oneself in the other browsers, of which there are none', async () => {
      const { id } = await added();
      const { browser } = await operatorOn(server, `/admin/users/${id}/help/sign-out`);
      await browser.press('submit');
      expect(browser.page.text).toContain('Signed out everywhere');
      expect(await endings(id)).toBe(0);

      const person = await added();
      const own = new Browser(server);
      await own.signIn(person);
      await own.open('/dashboard/sessions');
      await own.post('/dashboard/sessions/end-others', { _csrf: own.formToken });
      expect(await endings(person.id)).toBe(0);
      const other = new Browser(server);
      await other.signIn(person);
      await own.post('/dashboard/sessions/end-others', { _csrf: own.formToken });
      expect(await endings(person.id)).toBe(1);
      expect((await other.open('/dashboard')).path).toMatch(/\/password$/);
    });
  });

  it('making an application what it is', async () => {
    const { id } = await added();
    const fields = { client_name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] };
    await program.put('/clients/wiki', fields);
    await twice(id, () => program.put('/clients/wiki', { ...fields, client_name: 'The wiki' }));
    const clients = server.app.get(ManagedClients);
    const wiki = (await clients.find('wiki'))!;
    const actor = { by: 'shell' };
    await twice(id, async () => ({
      done: (await clients.update(actor, 'wiki', wiki.version, wiki.fields)).kind === 'done',
    }));
    await twice(id, async () => ({
      done: (await clients.setLogo(actor, 'wiki', wiki.version, undefined)).kind === 'done',
    }));
    expect((await clients.find('wiki'))!.version).toBe(wiki.version);
    // Whoever has seen something older is told so, though it is as they want it.
    expect(await clients.update(actor, 'wiki', wiki.version - 1, wiki.fields)).toEqual({ kind: 'stale' });
  });
});
