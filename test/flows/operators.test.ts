import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Operators } from '../../src/users/operators.service.js';
import { shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

describe('the operators’ roles', () => {
  let server: TestServer;
  let operators: Operators;
  beforeAll(async () => {
    server = await TestServer.start();
    operators = server.app.get(Operators);
  });
  afterAll(() => server.stop());

  const added = async () => {
    const person = somebody();
    return { ...person, id: (await server.addPerson(person)).id };
  };
  const roleOf = (id: string) => operators.roleOf(id);

  it('are one for each account, given and taken by the shell, and audited with what was before', async () => {
    const { id, username } = await added();
    expect(await shell(server, 'help-desk-remove', username)).toContain('was no');
    await shell(server, 'help-desk-add', username);
    expect(await roleOf(id)).toBe('help-desk');
    expect(await shell(server, 'operator-remove', username)).toContain('was no');
    await shell(server, 'operator-add', username);
    expect(await roleOf(id)).toBe('operator');
    expect(await shell(server, 'operators')).toContain(`${username}@example.org\toperator`);
    await shell(server, 'operator-remove', username);
    expect(await roleOf(id)).toBeUndefined();
    const events = await server.app
      .get(EntityManager)
      .fork()
      .find(AuditEvent, { accountId: id, name: { $like: 'operator.%' } }, { orderBy: { id: 'asc' } });
    expect(events.map(({ name, detail }) => [name, detail])).toEqual([
      ['operator.made', { by: 'shell', before: null, after: 'help-desk' }],
      ['operator.made', { by: 'shell', before: 'help-desk', after: 'operator' }],
      ['operator.ended', { by: 'shell', before: 'operator', after: null }],
    ]);
  });

  it('leave one operator who can sign in, however many end each other at once', async () => {
    const ids = [await added(), await added(), await added()].map(({ id }) => id);
    for (const id of ids) await operators.setRole(id, 'operator');
    await server.app.get(Accounts).disable(ids[2]!);
    const ended = await Promise.all([0, 1, 0, 1].map((each) => operators.setRole(ids[each]!, undefined)));
    expect(ended.filter((each) => each === 'last-operator').length).toBeGreaterThan(0);
    const left = await Promise.all(ids.map(roleOf));
    expect(left.slice(0, 2).filter((role) => role === 'operator')).toHaveLength(1);
    const [last] = ids.filter((_, index) => index < 2 && left[index] === 'operator');
    expect(await operators.setRole(last!, 'help-desk')).toBe('last-operator');
    expect(await operators.setRole(ids[2]!, undefined)).toEqual({ before: 'operator' });
  });
});
