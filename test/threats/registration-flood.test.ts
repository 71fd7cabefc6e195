import { describe, expect, it } from '@jest/globals';
import { RegistrationCommands } from '../../src/admin/commands/registration-commands.js';
import { Sql } from '../../src/database/sql.js';
import { HOUR } from '../../src/kernel/clock.js';
import { Instances } from '../support/instances.js';
import { DECENT, manage, register, send } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

const PROXIED = { GATEHOUSE_TRUSTED_PROXY_HOPS: '1' };

/** Somebody registers one application after the other, or all of them at once. */
describe('a flood of registrations', () => {
  async function against(
    env: Record<string, string>,
    test: (server: TestServer, from: (n: number) => Record<string, string>) => Promise<void>,
  ): Promise<void> {
    const server = await TestServer.start({ env: { ...PROXIED, ...env } });
    try {
      await test(server, (n) => ({ 'X-Forwarded-For': `198.51.100.${n % 250}` }));
    } finally {
      await server.stop();
    }
  }
  const verdicts = (answers: { status: number }[]) => {
    const counted: Record<number, number> = {};
    for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
    return counted;
  };
  const registered = async (server: TestServer) =>
    (await server.app.get(Sql).rows(`SELECT id FROM client WHERE origin = 'registered'`)).length;

  it('from one address ends soon, whatever is in the requests, and goes on in the next hour', () =>
    against({ GATEHOUSE_CLIENT_REGISTRATION: 'open' }, async (server, from) => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => register(server, n % 2 ? DECENT : {}, from(1))),
      );
      expect(verdicts(answers)[429]).toBe(15);
      expect(answers.find(({ status }) => status === 429)!.retryAfter).toBe('3600');
      expect((await register(server, DECENT, from(2))).status).toBe(201);
      server.clock.advance(HOUR);
      expect((await register(server, DECENT, from(1))).status).toBe(201);
    }));

  it.each(['/oidc/registration/', '/oidc/Registration', '/OIDC/registration', '/oidc/%72egistration'])(
    'finds no way around the count by another spelling: %s',
    (path) =>
      against({ GATEHOUSE_CLIENT_REGISTRATION: 'open' }, async (server, from) => {
        for (let n = 0; n < 25; n++) await register(server, {}, from(1));
        expect((await register(server, DECENT, from(1))).status).toBe(429);
        expect((await send(server, 'POST', path, DECENT, from(1))).status).toBeGreaterThanOrEqual(400);
        expect(await registered(server)).toBe(0);
      }),
  );

  it('does not go on as a flood of changes: they are counted, too', () =>
    against(
      { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10' },
      async (server) => {
        const { body } = await register(server);
        const id = body['client_id'];
        let token = body['registration_access_token'];
        const answers = [];
        for (let n = 0; n < 60; n++) {
          const answer = await manage(server, 'PUT', id, token, { ...DECENT, client_id: id });
          token = answer.body['registration_access_token'] ?? token;
          answers.push(answer);
        }
        expect(verdicts(answers)).toEqual({ 200: 50, 429: 10 });
        expect((await manage(server, 'DELETE', id, token)).status).toBe(429);
        expect((await manage(server, 'GET', id, token)).status).toBe(200);
        server.clock.advance(HOUR);
        expect((await manage(server, 'DELETE', id, token)).status).toBe(204);
      },
    ));

  it('from one IPv6 network counts as one address', () =>
    against({ GATEHOUSE_CLIENT_REGISTRATION: 'open' }, async (server) => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          register(server, {}, { 'X-Forwarded-For': `2001:db8:1:2:${n.toString(16)}::1` }),
        ),
      );
      expect(verdicts(answers)[429]).toBe(5);
      expect((await register(server, DECENT, { 'X-Forwarded-For': '2001:db8:1:3::1' })).status).toBe(201);
    }));

  it('from everywhere at the same moment stops exactly at what may come in an hour', () =>
    against(
      { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '100' },
      async (server, from) => {
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, n) => register(server, DECENT, from(n))),
        );
        expect(verdicts(answers)).toEqual({ 201: 10, 429: 30 });
        expect(await registered(server)).toBe(10);
        // Who was turned away left nothing behind.
        const tokens = await server.app
          .get(Sql)
          .rows(`SELECT 1 AS one FROM oidc_record WHERE kind = 'RegistrationAccessToken'`);
        expect(tokens.length).toBe(10);
      },
    ));

  it.each(['its application', 'the operator'])(
    'is not hidden by deleting: what came in an hour has come, whoever takes it away again (%s)',
    (who) =>
      against(
        { GATEHOUSE_CLIENT_REGISTRATION: 'token', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '100' },
        async (server, from) => {
          const shell = server.app.get(RegistrationCommands);
          const { message: many } = await shell.run('registration-token', ['many', '30d']);
          const inTurn = async (n: number) => {
            const answer = await register(server, DECENT, { ...from(n), Authorization: `Bearer ${many}` });
            const { client_id: id, registration_access_token: token } = answer.body;
            if (answer.status === 201 && who === 'the operator')
              expect(await shell.run('clients remove', [String(id)])).toMatchObject({ done: true });
            else if (answer.status === 201)
              expect((await manage(server, 'DELETE', id, token)).status).toBe(204);
            return answer;
          };
          const answers = [];
          for (let n = 0; n < 14; n++) answers.push(await inTurn(n));
          expect(verdicts(answers)).toEqual({ 201: 10, 429: 4 });
          expect(answers.at(-1)).toMatchObject({ retryAfter: '3600' });
          expect(await registered(server)).toBe(0);
          // An hour is an hour, wherever it begins.
          server.clock.advance(HOUR - 60_000);
          expect((await inTurn(20)).status).toBe(429);
          server.clock.advance(60_000);
          expect((await inTurn(21)).status).toBe(201);
        },
      ),
  );

  it('stops at the whole number for good, also with a token for many; no single-use token is lost by it', () =>
    against(
      { GATEHOUSE_CLIENT_REGISTRATION: 'token', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '3' },
      async (server) => {
        const token = async (uses: string) =>
          (await server.app.get(RegistrationCommands).run('registration-token', [uses, '30d'])).message;
        const [many, once] = [await token('many'), await token('once')];
        const registerWith = (bearer: string) =>
          register(server, DECENT, { Authorization: `Bearer ${bearer}` });
        const answers = await Promise.all(Array.from({ length: 20 }, () => registerWith(many)));
        expect(verdicts(answers)).toEqual({ 201: 3, 429: 17 });
        server.clock.advance(2 * HOUR);
        expect((await registerWith(once)).status).toBe(429);
        const id = String(answers.find(({ status }) => status === 201)!.body['client_id']);
        await server.app.get(RegistrationCommands).run('clients remove', [id]);
        expect((await registerWith(once)).status).toBe(201);
        expect((await registerWith(once)).status).toBe(429);
      },
    ));
});

describe('a flood of registrations at two instances', () => {
  it('counts as one', async () => {
    const instances = await Instances.start(2, {
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'token', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '4' },
    });
    try {
      const shell = instances.first.app.get(RegistrationCommands);
      const { message: many } = await shell.run('registration-token', ['many', '1h']);
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          fetch(`${instances.all[n % 2]!.address}/oidc/registration`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${many}` },
            body: JSON.stringify(DECENT),
          }),
        ),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
      const created = answers.find(({ status }) => status === 201)!;
      // What one has registered the other knows, and takes away.
      const { client_id: id, registration_access_token: token } = (await created.json()) as Record<
        string,
        string
      >;
      const managed = (at: number, method: string) =>
        fetch(`${instances.all[at]!.address}/oidc/registration/${id}`, {
          method,
          headers: { Authorization: `Bearer ${token}` },
        });
      expect([(await managed(0, 'GET')).status, (await managed(1, 'GET')).status]).toEqual([200, 200]);
      expect((await managed(1, 'DELETE')).status).toBe(204);
      expect([(await managed(0, 'GET')).status, (await managed(1, 'GET')).status]).toEqual([401, 401]);
    } finally {
      await instances.stop();
    }
  });
});
