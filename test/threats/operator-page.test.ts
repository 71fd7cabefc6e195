import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const PAGE = '/admin/claims';
const QUERY = (who: string) => `${PAGE}?client=notes&who=${who}&scope=openid`;

describe('the operators’ page, for somebody who is none', () => {
  const subject = somebody();
  let server: TestServer;
  let subjectId: string;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
    subjectId = (await server.addPerson(subject)).id;
  });
  afterAll(() => server.stop());

  const looks = () =>
    server.app
      .get(EntityManager)
      .fork()
      .count(AuditEvent, { accountId: subjectId, name: 'claims.previewed' });

  async function refused(browser: Browser, status: number): Promise<void> {
    const before = await looks();
    await browser.open(QUERY(subject.username));
    expect(browser.page.text).not.toContain(subject.email);
    expect(browser.page.html.querySelector('table.claims')).toBeNull();
    expect(browser.page.status).toBe(status);
    expect(await looks()).toBe(before);
  }

  it('asks a stranger to sign in, and says no to who is no operator', async () => {
    const stranger = new Browser(server);
    await refused(stranger, 200);
    expect(stranger.page.path).toMatch(/\/password$/);

    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await refused(browser, 403);
    // Not even a member of a group that is called almost so.
    await shell(server, 'group-create', 'operators');
    await shell(server, 'group-add', person.username, 'operators');
    await refused(browser, 403);
  });

  it('asks an operator for two factors, and for a sign-in of a short while ago', async () => {
    const operator = somebody();
    await server.addPerson(operator);
    await shell(server, 'operator-add', operator.username);
    const half = new Browser(server);
    await half.signIn(operator);
    await refused(half, 200);
    // One factor is not enough for anything here: a second one is set up first.
    expect(half.page.path).toMatch(/\/enrol$/);

    const enrolled = somebody();
    await addEnrolled(server, enrolled);
    await shell(server, 'operator-add', enrolled.username);
    const browser = new Browser(server);
    await browser.open(PAGE);
    await browser.enterPassword(enrolled);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(enrolled);
    expect(browser.page.path).toBe(PAGE);
    server.clock.advance(30 * 60_000);
    await refused(browser, 200);
    expect(browser.page.path).toMatch(/\/interaction\//);
  });

  it('is closed to an operator who is one no more, with the session still open', async () => {
    const operator = somebody();
    await addEnrolled(server, operator);
    await shell(server, 'operator-add', operator.username);
    const browser = new Browser(server);
    await browser.signIn(operator);
    await browser.open(QUERY(subject.username));
    expect(browser.page.html.querySelector('table.claims')).not.toBeNull();
    expect(await looks()).toBe(1);
    await shell(server, 'operator-remove', operator.username);
    await refused(browser, 403);
  });

  it('takes what is asked as a question, whatever it is made of', async () => {
    const operator = somebody();
    await addEnrolled(server, operator);
    await shell(server, 'operator-add', operator.username);
    const browser = new Browser(server);
    await browser.signIn(operator);
    for (const query of [
      `client=notes&client=bank&who=${subject.username}`,
      `client=notes&who=${encodeURIComponent('<script>alert(1)</script>')}`,
      `client=${encodeURIComponent("' OR 1=1 --")}&who=${subject.username}`,
      `client=gatehouse-nobody&who=${subject.username}`,
      `client=photos&who=${subject.username}&scope=openid+groups`,
    ]) {
      await browser.open(`${PAGE}?${query}`);
      expect(browser.page.status).toBe(422);
      expect(browser.page.html.querySelector('table.claims, main script')).toBeNull();
    }
  });
});
