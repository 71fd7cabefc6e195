import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmailVerification } from '../../src/users/email-verification.service.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import * as halfFinished from '../support/half-finished.js';
import type { HalfFinished } from '../support/half-finished.js';
import type { Person } from '../support/people.js';
import { routesOf, type Route } from '../support/routes.js';
import { CLIENTS, TestServer } from '../support/server.js';

interface State {
  readonly reach: (server: TestServer) => Promise<HalfFinished>;
  /** The page that is due; undefined: the interaction is over. */
  readonly page: string | undefined;
  /** The routes below the interaction that are open. */
  readonly open: readonly string[];
  readonly finish: (state: HalfFinished) => Promise<unknown>;
}

const IDENTIFY = ['GET password', 'POST password', 'POST passkey'];
const REGISTER = ['GET register', 'POST register', 'GET register/done'];
const SECOND_FACTOR = [
  ...[
    'GET totp',
    'POST totp',
    'GET backup-code',
    'POST backup-code',
    'GET security-key',
    'POST security-key',
  ],
  ...['GET recovery', 'POST recovery', 'POST recovery/use'],
];
const ENROL = ['GET enrol', 'POST enrol'];
const BACKUP_CODES = ['GET backup-codes', 'POST backup-codes', 'POST backup-codes/new'];
const VERIFY_EMAIL = ['GET verify-email', 'POST verify-email'];
const CONSENT = ['GET consent', 'POST consent'];
/** How nothing leads past it: group-left.test.ts. */
const ENTRY = ['GET not-let-in'];
/** Only for a browser that carries such a link: sign-in-link.test.ts. */
const LINK = ['GET sign-in-link', 'POST sign-in-link'];

const enterBoth = async ({ browser, person }: HalfFinished) => {
  await browser.enterPassword(person);
  await browser.enterTotp(person);
};

async function confirmAddress(server: TestServer, { username, email }: Person): Promise<void> {
  const { id } = (await server.app.get(Accounts).findByIdentifier(username))!;
  const { url } = await server.app.get(OneTimeLinks).make('verify-email', id, email);
  await server.app.get(EmailVerification).confirm(new URL(url).searchParams.get('token'));
}

const STATES: Record<string, State> = {
  'nothing is proven': {
    reach: halfFinished.nothingProven,
    page: 'password',
    open: [...IDENTIFY, ...REGISTER],
    finish: enterBoth,
  },
  'the password is proven, and there is a second factor': {
    reach: halfFinished.secondFactorDue,
    page: 'totp',
    open: SECOND_FACTOR,
    finish: ({ browser, person }) => browser.enterTotp(person),
  },
  'the password is proven, and a second factor has to be set up': {
    reach: halfFinished.enrolmentDue,
    page: 'enrol',
    open: ENROL,
    finish: async ({ browser, person }) => {
      await browser.setUpAuthenticator(person);
      await browser.typeBackupCodeBack();
    },
  },
  'a second factor is set up, and none of its backup codes typed back': {
    reach: halfFinished.backupCodesUnconfirmed,
    page: 'backup-codes',
    open: BACKUP_CODES,
    finish: ({ browser, person }) => browser.press('submit', { code: person.backupCodes![0]! }),
  },
  'everything is proven, and the address has to be confirmed': {
    reach: halfFinished.verificationDue,
    page: 'verify-email',
    open: VERIFY_EMAIL,
    finish: async ({ browser, person, uid }) => {
      await confirmAddress(browser.server, person);
      await browser.open(`/interaction/${uid}`);
    },
  },
  'only consent is missing': {
    reach: halfFinished.consentDue,
    page: 'consent',
    open: CONSENT,
    finish: ({ browser }) => browser.press('submit'),
  },
  'everything is answered': {
    reach: halfFinished.answered,
    page: undefined,
    open: [],
    finish: ({ browser, uid }) => browser.open(`/interaction/${uid}`),
  },
};

describe('skipping a step of the sign-in', () => {
  let server: TestServer;
  let routes: Route[];

  beforeAll(async () => {
    const photos = 'client_name: Photos';
    server = await TestServer.start({
      clients: CLIENTS.replace(photos, `${photos}\n    require_verified_email: true`),
    });
    routes = routesOf(server).filter(({ path }) => path.startsWith('/interaction/:uid/'));
  });
  afterAll(() => server.stop());

  /** What an impatient person would send: everything there is to know, right. */
  const rightAnswers = ({ person, browser }: HalfFinished): Record<string, Record<string, string>> => {
    const code = person.authenticator?.code(server.clock.now(), 1) ?? '000000';
    return {
      password: { username: person.username, password: person.password },
      totp: { code },
      enrol: { code },
      'backup-code': { code: person.backupCodes?.[0] ?? code },
      'backup-codes': { code: person.backupCodes?.[0] ?? '' },
      'backup-codes/new': {},
      consent: {},
      register: { username: 'newcomer', email: 'newcomer@example.org', password: person.password },
      _: { _csrf: browser.formToken },
    };
  };

  it('knows every route', () => {
    const steps = [
      IDENTIFY,
      REGISTER,
      SECOND_FACTOR,
      ENROL,
      BACKUP_CODES,
      VERIFY_EMAIL,
      CONSENT,
      ENTRY,
      LINK,
    ];
    const known = [...steps.flat(), 'POST cancel'];
    expect(
      routes.map(({ method, path }) => `${method} ${path.replace('/interaction/:uid/', '')}`).sort(),
    ).toEqual(known.sort());
  });

  for (const [name, { reach, page, open, finish }] of Object.entries(STATES)) {
    it(`when ${name}, only the due step is open, and the rest leads back to it`, async () => {
      const state = await reach(server);
      const { browser, uid } = state;
      const answers = rightAnswers(state);
      for (const { method, path } of routes) {
        const step = path.replace('/interaction/:uid/', '');
        if (step === 'cancel') continue;
        if (open.includes(`${method} ${step}`)) {
          if (method === 'GET')
            expect((await browser.once('GET', path.replace(':uid', uid))).status).toBe(200);
          continue;
        }
        const response = await browser.once(method, path.replace(':uid', uid), {
          ...answers['_'],
          ...answers[step],
        });
        expect([step, response.status, response.headers['location']]).toEqual([
          step,
          303,
          `/interaction/${uid}`,
        ]);
        expect((await browser.once('GET', `/interaction/${uid}`)).headers['location']).toBe(
          page ? `/interaction/${uid}/${page}` : `${server.url}/oidc/auth/${uid}`,
        );
      }
      await finish(state);
      expect((await state.application.redeem(state.application.codeFrom(browser))).status).toBe(200);
    });

    it(`when ${name}, another browser without its cookie gets nowhere`, async () => {
      const state = await reach(server);
      const answers = rightAnswers(state);
      const stranger = new Browser(server);
      await stranger.open('/register');
      for (const { method, path } of [...routes, { method: 'GET', path: '/interaction/:uid' } as const]) {
        const step = path.replace('/interaction/:uid/', '');
        const response = await stranger.once(method, path.replace(':uid', state.uid), {
          _csrf: stranger.formToken,
          ...answers[step],
        });
        expect([step, response.status]).toEqual([step, 400]);
        expect(response.text).toContain('This sign-in is no longer open');
        expect(response.text).not.toContain(state.person.username);
      }
      await stranger.open(`/oidc/auth/${state.uid}`);
      expect(stranger.page.status).toBe(400);
    });

    it(`when ${name}, cancelling never yields a code`, async () => {
      const { browser, uid } = await reach(server);
      await browser.post(`/interaction/${uid}/cancel`, { _csrf: browser.formToken });
      if (page) {
        expect(browser.sentTo!.searchParams.get('error')).toBe('access_denied');
        expect(browser.sentTo!.searchParams.get('code')).toBeNull();
      } else expect(browser.sentTo!.searchParams.get('code')).not.toBeNull();
    });
  }
});
