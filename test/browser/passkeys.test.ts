import { describe, expect, it } from '@jest/globals';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { addPasskey } from '../support/passkeys.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { Stage } from './stage.js';
import { VirtualAuthenticator } from './virtual-authenticator.js';
import { inWindowOf, type Window } from './window.js';

const TWO_FACTORS = 'urn:gatehouse:acr:2fa';
const ADD = '/dashboard/second-factor/passkeys/new';

describe('passkeys in Chromium', () => {
  const stage = Stage.inThisBlock();
  const inWindow = (journey: (window: Window) => Promise<void>) => inWindowOf(stage, {}, journey);

  /** Signs somebody new in with a password, adds a passkey, keeps the backup codes and signs out. */
  async function addFirst(window: Window, name: string): Promise<Person> {
    const person = somebody();
    await stage.server.addPerson(person);
    await window.open('/dashboard');
    await window.signIn(person);
    await window.press('manage');
    await window.press('add-passkey');
    await window.submit({ name });
    expect(await window.backupCodes).toHaveLength(10);
    await window.typeBackupCodeBack();
    expect(window.path).toBe('/dashboard');
    await window.press('manage');
    expect(await window.text).toContain(name);
    await window.press('sign-out');
    return person;
  }

  /** Presses a button that leads nowhere, since the authenticator does not agree; what the page says then. */
  async function refusedBy(window: Window, button: string): Promise<string> {
    await window.page.locator(`#${button}`).click();
    await window.page.getByRole('alert').waitFor();
    return (await window.alerts).join();
  }

  it(
    'sign in without a name and a password, and are two factors',
    inWindow(async (window) => {
      const authenticator = await VirtualAuthenticator.in(window);
      const person = await addFirst(window, 'Laptop');
      expect(await authenticator.passkeys()).toEqual([expect.objectContaining({ rpId: 'localhost' })]);

      await window.open('/test-app/sign-in?acr=2fa&scope=profile');
      await window.press('passkey');
      expect(await claimsOn(window)).toMatchObject({
        acr: TWO_FACTORS,
        amr: '["pop","mfa"]',
        preferred_username: person.username,
      });

      await window.open(ADD);
      expect(await refusedBy(window, 'submit')).toContain('on this device already');
    }),
  );

  it(
    "are among the suggestions in the name's field from the start, until the button takes over",
    inWindow(async (window) => {
      const authenticator = await VirtualAuthenticator.in(window, { suggested: true });
      await addFirst(window, 'Laptop');
      const asked: string[] = [];
      await window.page.exposeFunction('record', (what: string) => asked.push(what));
      await window.page.addInitScript(RECORD_REQUESTS);
      await authenticator.touched(false);
      await window.open('/dashboard');
      await window.page.waitForFunction('suggesting');
      await authenticator.touched(true);
      await window.press('passkey');
      expect(window.path).toBe('/dashboard');
      expect(asked).toEqual(['suggestions', 'taken back', 'dialogue']);

      // With an authenticator that always agrees, opening the page is choosing the suggestion.
      await window.press('sign-out');
      await window.open('/dashboard');
      await window.page.waitForURL('**/dashboard');
      expect(await window.heading).toContain('account');
    }),
  );

  it(
    'on a key that does not know its user come after a password, and not instead of it',
    inWindow(async (window) => {
      await VirtualAuthenticator.in(window, { verifiesUser: false });
      const person = await addFirst(window, 'Old key');
      await window.open('/test-app/sign-in');
      expect(await refusedBy(window, 'passkey')).toContain('did not work');
      await window.signIn(person);
      expect(window.path).toMatch(/\/security-key$/);
      await window.press('submit');
      expect(await claimsOn(window)).toMatchObject({ acr: TWO_FACTORS, amr: '["pwd","pop","mfa"]' });
    }),
  );

  it(
    'can be all that an account has, and then the last one stays',
    inWindow(async (window) => {
      await VirtualAuthenticator.in(window);
      const person = await addFirst(window, 'Laptop');
      await window.open('/dashboard/password');
      await window.press('passkey');
      await window.press('remove-password');
      await window.press('submit');
      await window.press('sign-out');

      await window.open('/dashboard');
      await window.signIn(person);
      expect(await window.alerts).toEqual([expect.stringContaining('not right')]);
      await window.press('passkey');
      expect(window.path).toBe('/dashboard');
      await window.press('manage');
      await window.press('remove-passkey-1');
      expect(await window.has('submit')).toBe(false);
      await window.press('set-password');
      await window.submit({ password: 'six borrowed umbrellas sing' });
      await window.open('/dashboard/second-factor');
      await window.press('remove-passkey-1');
      await window.press('submit');
      expect(await window.text).toContain('Off');
    }),
  );

  it(
    'that are cancelled leave a page that works',
    inWindow(async (window) => {
      const person = somebody();
      await stage.server.addPerson(person);
      const authenticator = await VirtualAuthenticator.in(window);
      await authenticator.recognizes(false);
      await window.open('/test-app/sign-in');
      expect(await refusedBy(window, 'passkey')).toContain('did not work, or it was cancelled');
      await window.signIn(person);
      expect(await claimsOn(window)).toMatchObject({ amr: '["pwd"]' });

      await window.open(ADD);
      await window.type('name', 'Laptop');
      expect(await refusedBy(window, 'submit')).toContain('No passkey was made');
      expect(await window.value('name')).toBe('Laptop');
      await authenticator.recognizes(true);
      await window.press('submit');
      expect(await window.backupCodes).toHaveLength(10);
    }),
  );

  it('need JavaScript, which the pages say, and password and code need none', async () => {
    const person = somebody();
    const account = await addEnrolled(stage.server, person);
    await addPasskey(stage.server, account, new SoftwareAuthenticator(stage.server.url));
    const journey = inWindowOf(stage, { javaScript: false }, async (window) => {
      await window.open('/test-app/sign-in');
      expect(await window.has('passkey')).toBe(false);
      await window.signIn(person);
      await window.press('use-security-key');
      expect(await window.text).toContain('JavaScript');
      expect(await window.has('submit')).toBe(false);
      await window.press('use-totp');
      stage.server.clock.advance(30_000);
      await window.submit({ code: person.authenticator!.code(stage.server.clock.now()) });
      expect(await claimsOn(window)).toMatchObject({ acr: TWO_FACTORS, amr: '["pwd","otp","mfa"]' });

      await window.open(ADD);
      expect(await window.has('no-script')).toBe(true);
      expect(await window.has('submit')).toBe(false);
      await window.press('cancel');
      expect(window.path).toBe('/dashboard/second-factor');
    });
    await journey();
  });
});

/** Tells the test what the page asks the browser for, and what it takes back. */
const RECORD_REQUESTS = `
  const get = navigator.credentials.get.bind(navigator.credentials);
  navigator.credentials.get = (options) => {
    window.suggesting = options.mediation === 'conditional';
    record(suggesting ? 'suggestions' : 'dialogue');
    options.signal.addEventListener('abort', () => record('taken back'));
    return get(options);
  };`;

/** What the test application was told; what it asks for the first time is allowed. */
async function claimsOn(window: Window): Promise<Record<string, string>> {
  if (window.path.endsWith('/consent')) await window.press('submit');
  expect(window.path).toBe('/test-app/callback');
  return window.page.evaluate<Record<string, string>>(
    `Object.fromEntries([...document.querySelectorAll('.claims tbody tr')].map(({ cells }) => [cells[0].innerText.trim(), cells[1].innerText.trim()]))`,
  );
}
