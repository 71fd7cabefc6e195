import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Outboxes } from '../../src/admin/mail/outboxes.service.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Sql } from '../../src/database/sql.js';
import { Delivery } from '../../src/mail/delivery.js';
import { Outbox } from '../../src/mail/outbox.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import type { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { addLetter, addNotice } from '../support/records.js';
import { TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

describe('an operator with what waits to be told', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let browser: Browser;
  const ada = somebody();
  let adaId: string;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url, GATEHOUSE_RECENT_SIGN_IN: '1h' } });
    adaId = (await server.addPerson(ada)).id;
    ({ browser } = await operatorOn(server, '/admin/mail'));
    await server.app.get(Delivery).run();
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  const add = () => server.app.get(Outbox).add(server.app.get(Sql), 'password-changed', adaId, {});
  const text = async (path: string) => (await browser.open(`/admin/mail${path}`)).text;
  const noted = async (name: string) => {
    const [event] = (await server.app.get(AuditLog).page({ name }, 1)).events;
    return { accountId: event!.accountId, detail: JSON.parse(event!.detail!) as Record<string, unknown> };
  };

  it('sees why a letter waits, has it tried now, and sees that it was sent', async () => {
    server.app.useLogger(false);
    mailbox.refuse(450);
    await add();
    await server.app.get(Delivery).run();
    for (let tries = 0; tries < 4; tries++) {
      server.clock.advance(11 * 60_000);
      await server.app.get(Delivery).run();
    }
    expect(await text('')).toMatch(
      new RegExp(
        `Set ?Last letter sent.*Your password was changed Letter ?password-changed Person ?${ada.username}.*Tries ?5.*Last answer ?.*450`,
      ),
    );
    mailbox.accept();
    await browser.open(hrefOf('retry-'));
    await browser.press('submit');
    expect(browser.page.text).toContain('It is tried again now');
    expect(await noted('mail.retried')).toMatchObject({
      accountId: adaId,
      detail: { kind: 'password-changed', tries: 5 },
    });
    await server.app.get(Delivery).run();
    expect(await text('')).toMatch(/Waiting Nothing/);
    expect(await text('/settled?result=sent')).toMatch(/password-changed.*Tries ?6/);
  });

  function hrefOf(beginning: string): string {
    return browser.page.html.querySelector(`a[id^=${beginning}]`)!.getAttribute('href')!;
  }

  it('drops one, with a reason; nobody is written to, and its owner reads that it was dropped', async () => {
    mailbox.refuse(450);
    await add();
    await server.app.get(Delivery).run();
    const letters = mailbox.letters.length;
    await browser.open('/admin/mail');
    await browser.open(hrefOf('drop-'));
    await browser.press('submit', { reason: ' ' });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', { reason: 'sent by hand' });
    expect(browser.page.text).toMatch(/not sent any more.*Waiting Nothing/);
    mailbox.accept();
    server.clock.advance(DAY);
    await server.app.get(Delivery).run();
    expect(mailbox.letters).toHaveLength(letters);
    const { accountId, detail } = await noted('mail.dropped');
    expect(accountId).toBe(adaId);
    expect(detail).toMatchObject({
      reason: 'sent by hand',
      before: { state: 'waiting' },
      after: { state: 'dropped' },
    });
    ({ browser } = await operatorOn(server, '/admin/mail/settled?result=dropped'));
    expect(browser.page.text).toContain('password-changed');
  });

  it('sees which application was not told of a sign-out, and why; tries again, and ends it', async () => {
    const waiting = await addNotice(server, adaId, 'waiting');
    const failed = await addNotice(server, adaId, 'failed');
    expect(await text('/notices')).toMatch(
      /Waiting .*Notes.*it answered 503.*were not told .*Notes.*it answered 503/,
    );
    await browser.open(`/admin/mail/notices/${failed}/retry`);
    await browser.press('submit');
    expect(browser.page.text).toContain('It is tried again now');
    await browser.open(`/admin/mail/notices/${waiting}/drop`);
    await browser.press('submit', { reason: 'it is gone' });
    expect(await noted('logout-notice.dropped')).toMatchObject({
      accountId: adaId,
      detail: { reason: 'it is gone' },
    });
    const [row] = await server.app
      .get(Sql)
      .rows<{ state: string }>('SELECT state FROM logout_notice WHERE id = ?', waiting);
    expect(row!.state).toBe('failed');
  });

  it('drops once, and writes nothing down of what was over before', async () => {
    const boxes = server.app.get(Outboxes);
    const failed = await addNotice(server, adaId, 'failed');
    const dropped = async () => {
      const log = server.app.get(AuditLog);
      const of = async (name: string) => (await log.page({ name }, 50)).events.length;
      return [await of('mail.dropped'), await of('logout-notice.dropped')];
    };
    const [letters, notices] = await dropped();
    expect(await boxes.drop({ by: 'shell' }, 'notices', failed, 'over')).toBe('gone');
    const letter = await addLetter(server, adaId);
    const drop = () => boxes.drop({ by: 'shell' }, 'letters', letter, 'twice');
    expect((await Promise.all([drop(), drop()])).sort()).toEqual(['done', 'gone']);
    expect(await dropped()).toEqual([letters! + 1, notices]);
  });

  it('finds nothing by addresses that lead nowhere', async () => {
    for (const path of [
      '/letters/none/retry',
      '/letters/none/drop',
      '/others/none/drop',
      '/notices/%00/retry',
    ])
      expect([path, (await browser.open(`/admin/mail${path}`)).status]).toEqual([path, 404]);
    for (const path of ['?after=x', '?after=1.', '/settled?result=x', '/notices?failed=9.9'])
      expect((await browser.open(`/admin/mail${path}`)).status).toBe(200);
  });

  it('keeps what became of letters for a week, and nothing of somebody who is gone', async () => {
    const sql = server.app.get(Sql);
    expect(
      (await sql.rows('SELECT id FROM mail_outcome WHERE account_id = ?', adaId)).length,
    ).toBeGreaterThan(1);
    const other = somebody();
    const { id } = await server.addPerson(other);
    await server.app.get(Outbox).add(sql, 'password-changed', id, {});
    await server.app.get(Delivery).run();
    await server.app.get(AccountDeletion).request(id);
    await server.app.get(Delivery).run();
    server.clock.advance(8 * DAY);
    await server.app.get(CleanUp).run();
    expect(await sql.rows('SELECT id FROM mail_outcome WHERE account_id IS NOT NULL')).toEqual([]);
  });
});
