import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let program: Program;
beforeAll(async () => {
  server = await TestServer.start({ clients: API_CLIENTS });
  program = new Program(server);
});
afterAll(() => server.stop());

interface Session {
  readonly id: string;
  readonly applications: readonly string[];
}

const sessionsOf = async (id: string) =>
  (await program.get(`/users/${id}/sessions`)).body['items'] as readonly Session[];
const isSignedIn = async (browser: Browser) => (await browser.open('/dashboard')).path === '/dashboard';
const added = async () => {
  const person = somebody();
  return { ...person, id: (await server.addPerson(person)).id };
};

describe('the sessions of a user, for a program', () => {
  it('end one by one: the others go on, and what was issued in it ends with it', async () => {
    const person = await added();
    const [phone, desk] = [new Browser(server), new Browser(server)];
    await desk.signIn(person);
    server.clock.advance(2 * 60_000);
    const notes = new Application(server, 'notes');
    await phone.open(notes.authorizationUrl());
    await phone.enterPassword(person);
    const tokens = await notes.redeem(notes.codeFrom(phone));
    expect((await notes.userinfo(tokens.access_token!)).status).toBe(200);

    const [latest, ...others] = await sessionsOf(person.id);
    expect([latest!.applications, others.length]).toEqual([['Notes'], 1]);
    expect((await program.delete(`/users/${person.id}/sessions/${latest!.id}`)).status).toBe(204);
    expect(await sessionsOf(person.id)).toEqual(others);
    expect([await isSignedIn(phone), await isSignedIn(desk)]).toEqual([false, true]);
    expect((await notes.userinfo(tokens.access_token!)).status).toBe(401);
    expect(await events(server, { accountId: person.id, name: 'session.ended' })).toEqual([
      { name: 'session.ended', detail: { by: 'client:automation', what: 'one' } },
    ]);
  });

  it('are no other user’s to end, and their names lead nowhere', async () => {
    const [ada, eve] = [await added(), await added()];
    const browser = new Browser(server);
    await browser.signIn(ada);
    const [session] = await sessionsOf(ada.id);
    for (const id of [session!.id, 'AAAA', 'a'.repeat(64), '%27--'])
      expect([id, (await program.delete(`/users/${eve.id}/sessions/${id}`)).status]).toEqual([id, 204]);
    for (const id of ['%00', 'a'.repeat(65)])
      expect([id, (await program.delete(`/users/${ada.id}/sessions/${id}`)).status]).toEqual([id, 404]);
    expect(await isSignedIn(browser)).toBe(true);
    expect(await events(server, { name: 'session.ended', accountId: eve.id })).toEqual([]);
  });
});
