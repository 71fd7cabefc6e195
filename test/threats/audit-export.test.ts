import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditExport } from '../../src/admin/audit/audit-export.js';
import { SHELL } from '../../src/admin/actor.js';
import { Audit } from '../../src/audit/audit.service.js';
import { Sql } from '../../src/database/sql.js';
import { addOldEvents } from '../support/audit-rows.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestServer } from '../support/server.js';

const COUNT = 80_000;

describe('whoever writes into the audit log from outside, or reads it', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await TestServer.start();
    await addOldEvents(server, COUNT);
    ({ browser } = await operatorOn(server, '/admin/audit/export'));
  });
  afterAll(() => server.stop());

  it('puts no formula into the spreadsheet of an operator', async () => {
    const agent = `=HYPERLINK("https://evil.example","x");@SUM(1)\r\n-2+3`.replace(/[\r\n]+/, '\t');
    const attacker = new Browser(server, { 'User-Agent': agent });
    await attacker.open('/dashboard');
    await attacker.enterPassword(somebody());
    await server.app.get(Audit).record('mail.tested', { detail: { by: '@SUM(A1)', failure: '=1' } });
    await browser.open('/admin/audit/export?from=2021-01-01');
    const { path, fields } = browser.form('submit', { format: 'csv' });
    const { text } = await browser.once('POST', path, fields);
    expect(text).toContain('HYPERLINK');
    expect(text).toContain('SUM(A1)');
    for (const separator of [',', ';', '\t'])
      for (const cell of text.split(new RegExp(`${separator}|\\r\\n`)))
        expect(cell.replace(/^"/, '')).not.toMatch(/^\s*[=+@\t-]/);
  });

  it.each([
    "' OR 1=1 --",
    '%',
    'group.%',
    '\u0000',
    '\ud800',
    '{{7*7}}',
    '"><script>',
    '../..',
    'x'.repeat(5_000),
    '＝',
    '1e999',
  ])('breaks nothing by asking for %j', async (value) => {
    for (const name of ['name', 'result', 'who', 'client', 'by', 'address', 'from', 'to', 'before']) {
      const response = await browser.once(
        'GET',
        `/admin/audit?${new URLSearchParams({ [name]: value }).toString()}`,
      );
      expect([name, [200, 422].includes(response.status)]).toEqual([name, true]);
      expect(response.text).not.toContain('"><script>');
    }
  });

  it('sends no list and no object for a filter, and no second filter of a name', async () => {
    for (const query of [
      '?name[]=a',
      '?name[a]=b',
      '?who=a&who=b',
      '?__proto__=1',
      '?to=2020-13-45',
      '?from=-1',
    ])
      expect((await browser.once('GET', `/admin/audit${query}`)).status).toBeLessThan(500);
    const refused = await browser.once('POST', '/admin/audit/export', {
      _csrf: browser.formToken,
      format: 'csv',
      'name[]': 'a',
    });
    expect(refused.status).toBe(422);
  });

  it('as the help desk sees none of it', async () => {
    const helper = somebody();
    await addEnrolled(server, helper);
    await shell(server, 'help-desk-add', helper.username);
    const desk = new Browser(server);
    await desk.signIn(helper);
    for (const path of ['', '/1', '/export', '/verify'])
      expect((await desk.open(`/admin/audit${path}`)).status).toBe(403);
    await desk.open('/admin');
    expect(desk.page.text).not.toContain('Audit log');
  });

  it('takes everything away in pieces: no more is read than is taken', async () => {
    const sql = server.app.get(Sql);
    const rows = sql.rows.bind(sql);
    let read = 0;
    sql.rows = async (text, ...params) => {
      const found = await rows(text, ...params);
      read += found.length;
      return found as never[];
    };
    const lines = await server.app.get(AuditExport).begin(SHELL, {}, 'jsonl');
    await lines.next();
    await lines.next();
    expect(read).toBeLessThan(1_100);
    await lines.return(undefined);
    await pause(50);
    expect(read).toBeLessThan(1_100);

    read = 0;
    const { path, fields } = browser.form('submit', { format: 'jsonl' });
    const headers = {
      Cookie: Object.entries(browser.cookies('/admin'))
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
      Origin: new URL(server.url).origin,
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const download = request(new URL(path, server.url), { method: 'POST', headers });
    download.end(new URLSearchParams({ ...fields, from: '', to: '' }).toString());
    const [response] = (await once(download, 'response')) as [import('node:http').IncomingMessage];
    expect(response.statusCode).toBe(200);
    // Nobody reads: what does not fit between the two of them is not fetched.
    await pause(1_000);
    expect(read).toBeLessThan(COUNT * 0.8);
    const reached = read;
    download.destroy();
    await pause(300);
    expect(read).toBeLessThan(reached + 1_100);
    Reflect.deleteProperty(sql, 'rows');
  });
});
