import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WaitingMails } from '../../src/mail/waiting-mail.js';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { addLetter, addNotice } from '../support/records.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let program: Program;
const ada = somebody();
let adaId: string;
beforeAll(async () => {
  // Without a mail server what waits stays as it is put there.
  server = await TestServer.start({ clients: API_CLIENTS });
  program = new Program(server);
  adaId = (await server.addPerson(ada)).id;
});
afterAll(() => server.stop());

const MOMENT: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

type Item = Record<string, unknown>;
const items = async (path: string) => (await program.get(path)).body['items'] as Item[];
const idsOf = async (path: string) => (await items(path)).map(({ id }) => id);

describe('letters, for a program', () => {
  it('are looked at without a word of what they say, tried now, and dropped for a reason', async () => {
    const waiting = await addLetter(server, adaId);
    const [letter] = await items('/letters');
    expect(letter).toEqual({
      id: waiting,
      kind: 'password-changed',
      userId: adaId,
      state: 'waiting',
      tries: 2,
      lastError: '450 not now',
      createdAt: MOMENT,
      nextTryAt: MOMENT,
      settledAt: null,
    });
    expect(JSON.stringify(letter)).not.toContain(ada.email);

    // The second time it is due already.
    for (let n = 0; n < 2; n++) expect((await program.post(`/letters/${waiting}/retry`)).status).toBe(204);
    expect(await events(server, { name: 'mail.retried' })).toMatchObject([
      { detail: { by: 'client:automation', id: waiting, kind: 'password-changed' } },
    ]);

    const dropped = await addLetter(server, adaId);
    for (const body of [{}, { reason: '' }, { reason: ' ' }, { reason: 'x'.repeat(301) }, { reason: 'a\nb' }])
      expect([body, (await program.post(`/letters/${dropped}/drop`, body)).status]).toEqual([body, 422]);
    expect((await program.post(`/letters/${dropped}/drop`, { reason: ' sent by hand ' })).status).toBe(204);
    expect((await program.post(`/letters/${dropped}/drop`, { reason: 'again' })).status).toBe(404);
    expect((await program.post(`/letters/${dropped}/retry`)).status).toBe(404);
    const noted = await events(server, { accountId: adaId, name: 'mail.dropped' });
    expect(noted.map(({ detail }) => detail)).toMatchObject([
      {
        by: 'client:automation',
        reason: 'sent by hand',
        before: { state: 'waiting' },
        after: { state: 'dropped' },
      },
    ]);
    expect(await items('/letters?state=dropped')).toMatchObject([
      { id: dropped, state: 'dropped', nextTryAt: null, settledAt: MOMENT },
    ]);
    expect(await idsOf('/letters')).not.toContain(dropped);
  });

  it('are known for a while once they were sent', async () => {
    const id = await addLetter(server, adaId);
    await server.app.get(WaitingMails).settle({ id, tries: 2 } as never, 'sent');
    expect(await items('/letters?state=sent')).toMatchObject([
      { id, userId: adaId, kind: 'password-changed', state: 'sent', tries: 3, nextTryAt: null },
    ]);
    expect(await items('/letters?state=given-up')).toEqual([]);
  });

  it('come by pages', async () => {
    const added: string[] = [];
    for (let n = 0; n < 5; n++) {
      server.clock.advance(1_000);
      added.push(await addLetter(server, adaId));
    }
    const seen: unknown[] = [];
    let next: unknown = '';
    do {
      const { body } = await program.get(`/letters?limit=2${next === '' ? '' : `&after=${next as string}`}`);
      seen.push(...(body['items'] as Item[]).map(({ id }) => id));
      next = body['next'];
    } while (next !== null);
    expect(seen.filter((id) => added.includes(id as string))).toEqual(added);
    expect(new Set(seen).size).toBe(seen.length);
    for (const query of ['state=read', 'limit=0', 'kind=x'])
      expect([query, (await program.get(`/letters?${query}`)).status]).toEqual([query, 422]);
    expect((await program.get('/letters?after=x')).status).toBe(200);
  });

  it('to an operator, and sign-outs of one, are dropped by no program', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    await shell(server, 'operator-add', person.username);
    for (const path of [
      `/letters/${await addLetter(server, id)}/drop`,
      `/logout-notices/${await addNotice(server, id, 'waiting')}/drop`,
    ])
      expect((await program.post(path, { reason: 'nobody needs to know' })).status).toBe(403);
    expect(await events(server, { accountId: id, name: 'mail.dropped' })).toEqual([]);
    expect(await events(server, { accountId: id, name: 'logout-notice.dropped' })).toEqual([]);
  });

  it('that nobody has sent are not there', async () => {
    for (const path of ['/letters/none', '/logout-notices/none', '/letters/%00', '/letters/a.b'])
      for (const action of ['retry', 'drop'])
        expect([
          path,
          (await program.post(`${path}/${action}`, action === 'drop' ? { reason: 'x' } : undefined)).status,
        ]).toEqual([path, 404]);
  });
});

describe('notices of sign-outs, for a program', () => {
  it('are looked at, tried again, and ended for a reason', async () => {
    const waiting = await addNotice(server, adaId, 'waiting');
    const failed = await addNotice(server, adaId, 'failed');
    expect(await items('/logout-notices')).toContainEqual(
      expect.objectContaining({
        id: waiting,
        clientId: 'notes',
        userId: adaId,
        state: 'waiting',
        lastError: 'it answered 503',
        settledAt: null,
      }),
    );
    expect(await items('/logout-notices?state=failed')).toMatchObject([{ id: failed, nextTryAt: null }]);

    expect((await program.post(`/logout-notices/${failed}/retry`)).status).toBe(204);
    expect((await program.post(`/logout-notices/${waiting}/drop`)).status).toBe(415);
    expect((await program.post(`/logout-notices/${waiting}/drop`, { reason: 'it is gone' })).status).toBe(
      204,
    );
    expect((await program.post(`/logout-notices/${waiting}/drop`, { reason: 'again' })).status).toBe(404);
    expect(await events(server, { accountId: adaId, name: 'logout-notice.dropped' })).toMatchObject([
      { detail: { by: 'client:automation', id: waiting, reason: 'it is gone' } },
    ]);
    expect(await events(server, { accountId: adaId, name: 'logout-notice.retried' })).toHaveLength(1);
    expect(await idsOf('/logout-notices?state=failed')).toContain(waiting);
  });
});
