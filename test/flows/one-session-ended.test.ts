import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionList } from '../../src/oidc/sessions/session-list.service.js';
import { auditEvents } from '../support/audit.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestServer } from '../support/server.js';

/** An operator, or the help desk, ends one session of a person from that person's page. */
describe('ending one session of somebody', () => {
  let server: TestServer;
  let operator: Browser;
  let operatorId: string;
  beforeAll(async () => {
    server = await TestServer.start();
    const at = await operatorOn(server, '/admin/users');
    operator = at.browser;
    operatorId = (await auditEvents(server, 'sign-in.completed')).at(-1)!.accountId!;
  });
  afterAll(() => server.stop());

  const sessionsOf = (id: string) => server.app.get(SessionList).of(id, '');
  /** Somebody with two browsers, of which the second was used last. */
  async function signedInTwice() {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const [first, second] = [new Browser(server), new Browser(server)];
    await first.signIn(person);
    server.clock.advance(90_000);
    await second.signIn(person);
    return { id, first, second };
  }
  const endings = async (id: string) =>
    (await auditEvents(server, 'session.ended')).filter(({ accountId }) => accountId === id);
  async function helper(): Promise<Browser> {
    const person = somebody();
    await addEnrolled(server, person);
    await shell(server, 'help-desk-add', person.username);
    const browser = new Browser(server);
    await browser.signIn(person);
    return browser;
  }

  it('leaves the others, is asked why, and is noted', async () => {
    const { id, first, second } = await signedInTwice();
    await operator.open(`/admin/users/${id}`);
    await operator.click('end-1');
    expect(operator.page.text).toContain('Other sessions go on');
    await operator.press('submit', { reason: '' });
    expect(operator.page.status).toBe(422);
    expect(await sessionsOf(id)).toHaveLength(2);

    await operator.press('submit', { reason: 'a stolen telephone' });
    expect(operator.page.path).toContain(`/admin/users/${id}`);
    expect(operator.page.text).toContain('The session has ended');
    expect((await endings(id)).map(({ detail }) => detail)).toEqual([
      { by: operatorId, what: 'one', reason: 'a stolen telephone' },
    ]);
    expect((await first.open('/dashboard')).path).toMatch(/\/password$/);
    expect((await second.open('/dashboard')).path).toBe('/dashboard');
    expect(operator.page.html.querySelectorAll('[id^=end-]')).toHaveLength(1);
  });

  it('is over once: another try finds nothing, and notes nothing', async () => {
    const { id } = await signedInTwice();
    const [session] = await sessionsOf(id);
    const path = `/admin/users/${id}/sessions/${session!.id}`;
    await operator.open(path);
    const form = operator.form('submit', { reason: 'again' });
    await operator.post(path, form.fields);
    expect((await operator.post(path, form.fields)).status).toBe(404);
    expect((await operator.open(path)).status).toBe(404);
    expect(await endings(id)).toHaveLength(1);
  });

  it('ends nobody’s by somebody else’s page', async () => {
    const [one, other] = [await signedInTwice(), await signedInTwice()];
    const [session] = await sessionsOf(other.id);
    await operator.open(`/admin/users/${one.id}`);
    const fields = { _csrf: operator.formToken, reason: 'mistaken' };
    const answer = await operator.post(`/admin/users/${one.id}/sessions/${session!.id}`, fields);
    expect(answer.status).toBe(404);
    expect(await sessionsOf(other.id)).toHaveLength(2);
  });

  it('is for the help desk, too, but for nobody who has a role', async () => {
    const desk = await helper();
    const { id, first } = await signedInTwice();
    await desk.open(`/admin/users/${id}`);
    await desk.click('end-1');
    await desk.press('submit', { reason: 'asked for it' });
    expect(desk.page.text).toContain('The session has ended');
    expect((await first.open('/dashboard')).path).toMatch(/\/password$/);

    const [session] = await sessionsOf(operatorId);
    await desk.open(`/admin/users/${operatorId}`);
    expect(desk.page.html.querySelector('[id^=end-]')).toBeNull();
    expect(desk.page.text).not.toContain(session!.id);
    const path = `/admin/users/${operatorId}/sessions/${session!.id}`;
    const fields = { _csrf: desk.formToken, reason: 'a coup' };
    expect((await desk.open(path)).status).toBe(403);
    expect((await desk.post(path, fields)).status).toBe(403);
    expect((await operator.open('/admin/users')).status).toBe(200);
    expect(await endings(operatorId)).toEqual([]);
  });
});
