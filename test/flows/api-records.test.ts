import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Verifications } from '../../src/admin/audit/verifications.service.js';
import { Sql } from '../../src/database/sql.js';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { chained } from '../support/audit.js';
import { somebody } from '../support/enrolled.js';
import { beginElsewhere } from '../support/half-way.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let program: Program;
beforeAll(async () => {
  server = await TestServer.start({ clients: API_CLIENTS });
  program = new Program(server);
});
afterAll(() => server.stop());

type Item = Record<string, unknown>;
const items = (body: Item) => body['items'] as Item[];

describe('signing keys, for a program', () => {
  const states = async () =>
    items((await program.get('/keys')).body).map(({ alg, state }) => `${alg as string} ${state as string}`);

  it('are looked at without their private halves, rotated once and revoked', async () => {
    const { body } = await program.get('/keys');
    expect(items(body).map(({ state }) => state)).toEqual(['signs', 'signs']);
    expect(JSON.stringify(body)).not.toMatch(/"(d|p|q|n|x|sealed\w*)"/);

    for (let n = 0; n < 2; n++) expect((await program.post('/keys/rotate')).status).toBe(200);
    expect(await states()).toEqual(['RS256 published', 'RS256 signs', 'ES256 published', 'ES256 signs']);
    expect((await program.post('/keys/rotate', { when: 'now' })).status).toBe(422);

    const old = items(body).find(({ alg }) => alg === 'RS256')!;
    for (let n = 0; n < 2; n++)
      expect((await program.post(`/keys/${old['kid'] as string}/revoke`)).status).toBe(204);
    expect(await states()).toEqual(['RS256 signs', 'RS256 revoked', 'ES256 published', 'ES256 signs']);
    expect((await program.post('/keys/nobody/revoke')).status).toBe(404);
    const noted = await events(server, { name: 'signing-key.revoked' });
    expect(noted.map(({ detail }) => detail['by'])).toEqual(['client:automation']);
  });
});

describe('the audit log, for a program', () => {
  it('is read newest first, by pages and filters, and each event by itself', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    for (const action of ['disable', 'enable', 'disable', 'enable', 'sign-out']) {
      if (action === 'sign-out') await beginElsewhere(server, id);
      await program.post(`/users/${id}/${action}`, { reason: action });
    }
    const names: unknown[] = [];
    let after = '';
    do {
      const { body } = await program.get(`/audit-events?user=${id}&limit=2${after}`);
      expect(items(body).length).toBeLessThanOrEqual(2);
      names.push(...items(body).map(({ name }) => name));
      after = body['next'] === null ? '' : `&after=${body['next'] as string}`;
    } while (after !== '');
    expect(names).toEqual([
      'session.ended',
      'account.enabled',
      'account.disabled',
      'account.enabled',
      'account.disabled',
    ]);

    const { body } = await program.get(`/audit-events?name=session&by=client:automation`);
    const [event] = items(body);
    expect(event).toMatchObject({
      name: 'session.ended',
      result: 'success',
      userId: id,
      detail: { by: 'client:automation', reason: 'sign-out' },
    });
    expect((await program.get(`/audit-events/${event!['id'] as number}`)).body).toEqual(event);
    expect((await program.get('/audit-events/999999999')).status).toBe(404);
    expect((await program.get('/audit-events/0')).status).toBe(404);
    expect(items((await program.get('/audit-events?to=2020-01-01T00:00:00Z')).body)).toEqual([]);
    expect(
      items((await program.get('/audit-events?from=2020-01-01T00:00:00%2B02:00&limit=1')).body),
    ).toHaveLength(1);
    for (const query of ['from=yesterday', 'user=me', 'after=x', 'result=maybe', 'name=%00'])
      expect([query, (await program.get(`/audit-events?${query}`)).status]).toEqual([query, 422]);
  });

  it('is verified beside the requests', async () => {
    const path = '/audit-verification';
    expect((await program.get(path)).body).toEqual({ runningSince: null, last: null });
    const verified = async () => {
      await chained(server);
      const begun = await program.post(path);
      expect([begun.status, begun.body['runningSince']]).toEqual([202, expect.any(String)]);
      await server.app.get(Verifications).ended();
      return (await program.get(path)).body['last'] as Item;
    };
    const whole = await verified();
    expect(whole).toMatchObject({ whole: true, findings: [], findingCount: 0, failure: null });
    expect(whole['head']).toMatch(/^\d+:\d+:/);
    const noted = (await program.get(`/audit-events/${whole['id'] as number}`)).body;
    expect(noted).toMatchObject({ name: 'audit.verified', detail: { by: 'client:automation', whole: true } });

    await server.app.get(Sql).run("UPDATE audit_event SET result = 'failure' WHERE name = 'session.ended'");
    const altered = await verified();
    expect(altered).toMatchObject({ whole: false, findingCount: 1 });
    expect(altered['findings']).toEqual([expect.stringMatching(/^row \d+ is not what was chained$/)]);
  });

  it('cannot be changed', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(
        (await program.call(method, '/audit-events/1', method === 'DELETE' ? {} : { body: {} })).status,
      ).toBe(405);
  });
});
