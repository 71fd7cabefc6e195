import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditCommands } from '../../src/admin/commands/audit-commands.js';
import type { AuditCommand } from '../../src/admin/commands/audit-commands.list.js';
import type { ExportedEvent } from '../../src/admin/audit/audit-export.js';
import { Verifications } from '../../src/admin/audit/verifications.service.js';
import { Sql } from '../../src/database/sql.js';
import { addOldEvents } from '../support/audit-rows.js';
import { chained } from '../support/audit.js';
import type { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('an operator in the audit log', () => {
  let server: TestServer;
  let browser: Browser;
  let operator: Person;
  const ada = somebody();
  let adaId: string;
  beforeAll(async () => {
    server = await TestServer.start();
    adaId = (await server.addPerson(ada)).id;
    await shell(server, 'group-create', 'staff');
    await shell(server, 'group-add', ada.username, 'staff');
    await addOldEvents(server, 120);
    ({ browser, person: operator } = await operatorOn(server, '/admin/audit'));
  });
  afterAll(() => server.stop());

  const events = () =>
    browser.page.html.querySelectorAll('.events > li').map((item) => item.text.replace(/\s+/g, ' ').trim());
  const hrefOf = (selector: string) => browser.page.html.querySelector(selector)!.getAttribute('href')!;
  const open = async (query: string) => {
    await browser.open(`/admin/audit${query}`);
    return events();
  };
  /** Also waits for the end of an export. */
  async function told(command: AuditCommand, ...args: string[]) {
    const { message, lines, ...outcome } = await server.app.get(AuditCommands).run(command, args);
    let text = message;
    for await (const line of lines ?? []) text += line;
    return { ...outcome, text };
  }

  it('sees the newest first, and goes back page by page', async () => {
    await browser.open('/admin/audit?name=sign-in');
    expect(events()[0]).toMatch(/^Signed in .* sign-in\.completed Account: person\d+/);
    const [first, ...pages] = [await open(''), await older(), await older(), await older(), await older()];
    const all = [first, ...pages].flat();
    expect(first).toHaveLength(30);
    expect(all.length).toBeGreaterThan(120);
    expect(browser.page.html.getElementById('older')).toBeNull();
    await browser.click('newest');
    expect(events()).toEqual(first);
  });

  async function older(): Promise<string[]> {
    await browser.click('older');
    return events();
  }

  it('finds events by person, by whom, family, result, application, address and time, also together', async () => {
    for (const who of [ada.username, ada.email.toUpperCase(), adaId]) {
      const [joined] = await open(`?name=group&who=${encodeURIComponent(who)}`);
      expect(joined).toMatch(new RegExp(`put into a group .* Account: ${ada.username} By: shell$`));
    }
    expect(await open(`?by=shell&name=group.joined`)).toHaveLength(1 + 1);
    expect(await open(`?by=${operator.username}`)).toHaveLength(0);
    expect(await open('?result=failure&name=password.checked&to=2020-03-02')).toHaveLength(3);
    expect(await open('?client=app-6&from=2020-03-01&to=2020-03-01')).toHaveLength(3);
    expect(await open('?address=192.0.2.3&from=2020-03-01T00:01&to=2020-03-01T00:01:30')).toHaveLength(2);
    expect(browser.page.html.querySelector('#from')!.getAttribute('value')).toBe('2020-03-01T00:01');
    await open('?who=nobody.at.all&from=yesterday&result=perhaps');
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toMatch(/no such result.*no such account.*Type a time/);
    expect(events()).toEqual([]);
  });

  it('sees one event with all its facts, in words and as it is stored, and what was before beside what is after', async () => {
    await open(`?by=shell&who=${operator.username}`);
    await browser.open(hrefOf('.events a'));
    expect(browser.page.text).toMatch(/One event .*operator’s.* Account ?person\d+ ?Done by ?shell/);
    const [row] = browser.page.html
      .querySelectorAll('.claims tbody tr')
      .map((each) => each.text.replace(/\s+/g, ' ').trim());
    expect(row).toBe('Value – operator');
    expect(browser.page.text).toMatch(/detail ?\{"by": ?"shell", ?/);
    expect((await browser.open('/admin/audit/999999999')).status).toBe(404);
    expect((await browser.open('/admin/audit/none')).status).toBe(404);
  });

  it('takes the same events away as CSV and as JSON lines, which is noted first', async () => {
    await browser.open('/admin/audit?name=group&to=2020-03-02');
    await browser.click('export');
    expect(browser.page.text).toMatch(/Event ?group.*Until \(UTC\) ?2020-03-02/);
    const { path, fields } = browser.form('submit', { format: 'jsonl' });
    const jsonl = await browser.once('POST', path, fields);
    expect(jsonl.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename=gatehouse-audit-[\d-]{10}\.jsonl$/,
      ) as unknown,
      'cache-control': 'no-store',
    });
    const lines = String(jsonl.text)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportedEvent);
    expect(lines).toHaveLength(48);
    expect(lines[0]).toMatchObject({
      at: '2020-03-01T00:01:58.000Z',
      name: 'group.left',
      address: '192.0.2.16',
      detail: null,
    });
    const csv = await browser.once('POST', path, { ...fields, format: 'csv' });
    const rows = csv.text.trimEnd().split('\r\n');
    expect(rows[0]).toBe(
      '"id","at","name","result","accountId","username","clientId","factor","address","userAgent","by","detail"',
    );
    expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(lines.map(({ id }) => `"${id}"`));
    const noted = await server.app
      .get(Sql)
      .rows<{ detail: unknown }>(
        `SELECT CAST(detail AS text) AS detail FROM audit_event WHERE name = 'audit.exported' ORDER BY id`,
      );
    expect(JSON.parse(noted[0]!.detail as string)).toMatchObject({
      format: 'jsonl',
      filter: { name: 'group', to: '2020-03-03T00:00:00.000Z' },
    });
    expect(await open(`?name=audit.exported&by=${operator.email}`)).toHaveLength(2);
  });

  it('has the log verified, beside the requests, and reads the report on every instance', async () => {
    await chained(server);
    await browser.open('/admin/audit/verify');
    await browser.press('submit');
    await server.app.get(Verifications).ended();
    await browser.open('/admin/audit/verify');
    expect(browser.page.text).toMatch(/The last verification Whole ?When.*Head ?\d+:\d+:/);
    const sql = server.app.get(Sql);
    await sql.run(`UPDATE audit_event SET result = 'throttled' WHERE id = 7`);
    await browser.press('submit');
    await server.app.get(Verifications).ended();
    await browser.open('/admin/audit/verify');
    expect(browser.page.text).toMatch(/Not whole ?When.*row 7 is not what was chained/);
    expect((await open('?name=audit.verified'))[0]).toMatch(/verified, and is not whole/);
  });

  it('reads the same in the shell, with the same filters', async () => {
    const { text } = await told('audit list', `--who=${ada.email}`, '--name=group.joined', '--json');
    expect(JSON.parse(text)).toMatchObject({
      username: ada.username,
      detail: { by: 'shell', group: 'staff' },
    });
    expect((await told('audit list', '--limit=2', '--to=2020-03-02')).text).toMatch(
      /^\d+\t2020-03-01T00:02:00.000Z\t.*\n.*\nolder ones: --before=\d+$/,
    );
    expect((await told('audit list', '--name=nothing')).text).toBe('nothing like that is in the log');
    expect((await told('audit list', '--name=nothing', '--json')).text).toBe('');
    const exported = (await told('audit export', '--name=group', '--to=2020-03-02', '--format=csv')).text;
    expect(exported.split('\r\n')).toHaveLength(1 + 48 + 1);
    expect(await told('audit list', '--who=nobody')).toMatchObject({
      exitCode: 64,
      text: expect.stringContaining('--who: There is no such account') as unknown,
    });
    for (const slip of ['--wo=ada', 'ada', '--json=1', '--name', '--limit=0', '--before=x'])
      expect(await told('audit list', slip)).toMatchObject({ done: false, exitCode: 64 });
    expect(await told('audit export', '--format=xml')).toMatchObject({ exitCode: 64 });
  });
});
