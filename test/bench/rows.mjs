import { request } from './connection.mjs';
import { expectStatus, visit } from './journeys.mjs';
import { closedLoop, openLoop } from './load.mjs';
import { API, basic, machineBasic } from './settings.mjs';
import { Window } from './window.mjs';

const OFFLINE = 'openid profile email offline_access';

const send =
  (text, status = 200) =>
  async (connection, state) =>
    expectStatus(await connection.send(typeof text === 'function' ? text(state) : text), status);

const get = (path) => ({
  operation: ({ host }) => send(request('GET', path, host)),
});

const machine = (host) =>
  request(
    'POST',
    '/oidc/token',
    host,
    { Authorization: machineBasic },
    { grant_type: 'client_credentials', resource: API, scope: 'orders:read' },
  );

/** Everything that is measured of both servers; the ratio of a row is Gatehouse's rate by the reference's. */
export const ROWS = {
  discovery: { title: 'discovery', goal: 3, ...get('/.well-known/openid-configuration') },
  jwks: { title: 'JWKS', goal: 3, ...get('/oidc/jwks') },
  'client-credentials': {
    title: 'client_credentials (ES256 JWT)',
    goal: 1,
    operation: ({ host }) => send(machine(host)),
  },
  introspection: {
    title: 'introspection',
    goal: 1,
    operation: ({ host }) =>
      send((state) => {
        state.text ??= request('POST', '/oidc/introspection', host, { Authorization: basic }, state.form);
        return state.text;
      }),
    prepare: async ({ token }) => ({ form: { token } }),
  },
  userinfo: {
    title: 'userinfo',
    goal: 1,
    operation: ({ host, token }) =>
      send(request('GET', '/oidc/userinfo', host, { Authorization: `Bearer ${token}` })),
  },
  refresh: {
    title: 'refresh with rotation',
    goal: 0.9,
    operation:
      ({ host }) =>
      async (connection, state) => {
        const form = { grant_type: 'refresh_token', refresh_token: state.token };
        const text = request('POST', '/oidc/token', host, { Authorization: basic }, form);
        state.token = expectStatus(await connection.send(text), 200).json.refresh_token;
      },
    prepare: async (subject, connection, number) => {
      const tokens = await subject.signIn(connection, new Window(subject.host), number, OFFLINE);
      return { token: tokens.refresh_token };
    },
  },
  sso: {
    title: 'SSO code flow (visit of a second application)',
    goal: 0.9,
    operation: () => (connection, state) => visit(connection, state.window),
    prepare: async (subject, connection, number) => {
      const window = new Window(subject.host);
      await subject.signIn(connection, window, number);
      return { window };
    },
  },
};

const WORKERS = 8;

/** @param subject a server with whom it knows */
export function measureRow(row, subject, { seconds, most, pace }) {
  return closedLoop({
    port: subject.server.port,
    server: subject.server,
    workers: WORKERS,
    seconds,
    most,
    pace,
    operation: row.operation(subject),
    prepare: row.prepare && ((connection, number) => row.prepare(subject, connection, number)),
  });
}

/** Sign-ins of people who come back in a browser of their own. */
export function measureSignIns(subject, { seconds, most }) {
  return closedLoop({
    port: subject.server.port,
    server: subject.server,
    workers: WORKERS,
    seconds,
    most: Math.min(most, subject.peopleLeft()),
    operation: async (connection) => {
      const { person, window } = subject.nextPerson();
      await subject.signInAs(connection, window, person);
    },
  });
}

export const measureLatency = (subject, { seconds, rate = 500 }) =>
  openLoop({
    port: subject.server.port,
    server: subject.server,
    rate,
    seconds,
    connections: 64,
    operation: send(machine(subject.host)),
  });
