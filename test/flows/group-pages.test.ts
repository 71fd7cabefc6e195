import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GroupDirectory } from '../../src/admin/groups/group-directory.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Sql } from '../../src/database/sql.js';
import { Groups } from '../../src/users/groups.service.js';
import type { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestServer } from '../support/server.js';

describe('an operator with groups', () => {
  let server: TestServer;
  let browser: Browser;
  let operatorId: string;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
    ({ browser } = await operatorOn(server, '/admin/groups'));
    [{ id: operatorId } = { id: '' }] = await server.app
      .get(Sql)
      .rows<{ id: string }>('SELECT id FROM account');
  });
  afterAll(() => server.stop());

  const noted = async (name: string) => {
    const [event] = (await server.app.get(AuditLog).page({ name }, 1)).events;
    return { accountId: event!.accountId, detail: JSON.parse(event!.detail!) as unknown };
  };

  it('sees those of the clients file, what each opens and tells, and changes none of that here', async () => {
    expect(browser.page.text).toMatch(
      /admins In the clients file .*staff In the clients file Everyone on the payroll/,
    );
    expect(browser.page.text).not.toContain('gatehouse-');
    await browser.open('/admin/groups/group?name=staff');
    expect(browser.page.text).toMatch(/Lets into ?bank ?Claims that tell of it ?roles/);
    expect(browser.page.html.getElementById('delete')).toBeNull();
    await browser.open('/admin/groups/delete?name=staff');
    await browser.press('submit');
    expect(browser.page.status).toBe(422);
    await browser.open('/admin/groups/describe?name=staff');
    await browser.press('submit', { description: 'Nobody' });
    expect(browser.page.text).toContain('The clients file declares this group');
    expect(await shell(server, 'groups')).toContain('staff\t0\tEveryone on the payroll');
  });

  it('makes, describes and deletes one, and puts somebody in and out, each noted with what was before', async () => {
    await browser.open('/admin/groups/new');
    for (const name of ['', 'a b', 'gatehouse-operators', 'staff', '<b>']) {
      await browser.press('submit', { name });
      expect([name, browser.page.status]).toEqual([name, 422]);
    }
    await browser.press('submit', { name: 'fleet/north', description: 'Drivers <b>' });
    expect(browser.page.text).toMatch(/The group is made.*fleet\/north Drivers <b>/);
    expect(await noted('group.created')).toMatchObject({
      detail: { by: operatorId, group: 'fleet/north', before: null, after: { description: 'Drivers <b>' } },
    });
    await browser.click('describe');
    await browser.press('submit', { description: 'x'.repeat(201) });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', { description: '' });
    expect(await noted('group.changed')).toMatchObject({
      detail: { before: { description: 'Drivers <b>' }, after: { description: null } },
    });
    const ada = somebody();
    const { id } = await server.addPerson(ada);
    await browser.click('add');
    await browser.press('submit', { who: 'nobody' });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', { who: ada.email.toUpperCase() });
    expect(browser.page.text).toContain('The person is in the group');
    expect(browser.page.text).toContain(ada.username);
    expect(await noted('group.joined')).toEqual({
      accountId: id,
      detail: { by: operatorId, group: 'fleet/north' },
    });
    await browser.click('remove-0');
    await browser.press('submit');
    expect(browser.page.text).toMatch(/not in the group any more.*Nobody is in this group yet/);
    expect(await noted('group.left')).toEqual({
      accountId: id,
      detail: { by: operatorId, group: 'fleet/north' },
    });
    await shell(server, 'group-add', ada.username, 'fleet/north');
    await browser.click('delete');
    await browser.press('submit');
    expect(browser.page.text).toContain('The group is deleted');
    expect(await noted('group.deleted')).toMatchObject({
      detail: { by: operatorId, before: { description: null, members: 1 }, after: null },
    });
    for (const page of ['group', 'describe', 'delete', 'add'])
      for (const name of ['fleet/north', 'gatehouse-operators', '', '%00', '%ED%A0%80'])
        expect((await browser.open(`/admin/groups/${page}?name=${name}`)).status).toBe(404);
  });

  it('sees every group that is no role, whatever its name begins like', async () => {
    await server.app.get(Groups).create('Gatehouse-fans');
    const names = (await server.app.get(GroupDirectory).all()).map(({ name }) => name);
    expect(names).toContain('Gatehouse-fans');
    expect(names).not.toContain('gatehouse-operators');
  });

  it('pages through its members by name, few or many, and finds one', async () => {
    const directory = server.app.get(GroupDirectory);
    const sql = server.app.get(Sql);
    for (const [group, count] of [
      ['few', 120],
      ['many', 2_300],
    ] as const) {
      await shell(server, 'group-create', group);
      const key = `('${group}-' || substr('0000' || i, -4))`.replace(
        "substr('0000' || i, -4)",
        "substr('0000' || i, length('0000' || i) - 3)",
      );
      await sql.run(
        `INSERT INTO account (id, username, username_key, email, email_key, factor_generation, created_at, updated_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         SELECT 'id-' || ${key}, ${key}, ${key}, ${key} || '@example.org', ${key} || '@example.org', 0, ?, ? FROM n`,
        sql.moment(new Date()),
        sql.moment(new Date()),
      );
      await sql.run(
        `INSERT INTO group_member (account_id, group_name, added_at) SELECT id, '${group}', 0 FROM account WHERE id LIKE 'id-${group}-%'`,
      );
      const names: string[] = [];
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await directory.members(group, after);
        names.push(...page.members.map(({ username }) => username));
        after = page.after;
      }
      expect(names).toHaveLength(count);
      expect(new Set(names).size).toBe(count);
      expect(names).toEqual(names.toSorted());
      await browser.open(`/admin/groups/group?name=${group}`);
      expect(browser.page.html.querySelectorAll('.entries > li')).toHaveLength(50);
      await browser.click('more');
      expect(browser.page.text).toContain(`${group}-0051`);
      await browser.press('submit', { search: `${group.toUpperCase()}-0077@example.org` });
      expect(browser.page.html.querySelectorAll('.entries > li')).toHaveLength(1);
      await browser.press('submit', { search: `${group}-007` });
      expect(browser.page.html.querySelector('.entries h3')!.text).toBe(`${group}-0070`);
      for (const search of ['nobody@example.org', 'zzz', '%'])
        expect((await browser.press('submit', { search })).status).toBe(200);
    }
  });
});
