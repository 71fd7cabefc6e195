import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHELL } from '../../src/admin/actor.js';
import { SettingChanges } from '../../src/admin/settings/setting-changes.js';
import type { Changeable } from '../../src/config/changeable.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

/** What holds is said in words; how it is written stands in the reference, and in the field that it is typed in. */
describe.each(['en', 'de'] as const)('the settings, in %s', (language) => {
  const isEnglish = language === 'en';
  let server: TestServer;
  let desk: Browser;
  beforeAll(async () => {
    server = await TestServer.start();
    const person = somebody();
    await addEnrolled(server, person);
    await shell(server, 'operator-add', person.username);
    desk = new Browser(server, { 'Accept-Language': language });
    await desk.signIn(person);
  });
  afterAll(() => server.stop());

  const now = async (name: Changeable) => {
    await desk.open('/admin/settings');
    const item = desk.page.html.getElementById(`setting-${name}`)!.closest('li')!;
    return item.querySelector('dd')!.text;
  };
  const set = async (name: Changeable, value: string | undefined) =>
    expect(await server.app.get(SettingChanges).change(name, value, { by: SHELL.by })).toBeUndefined();

  it.each<[Changeable, string | undefined, string, string]>([
    ['GATEHOUSE_SESSION_IDLE', undefined, '1 hour', '1 Stunde'],
    ['GATEHOUSE_SESSION_IDLE', '90m', '1 hour, 30 minutes', '1 Stunde, 30 Minuten'],
    ['GATEHOUSE_RECENT_SIGN_IN', '90s', '1 minute, 30 seconds', '1 Minute, 30 Sekunden'],
    ['GATEHOUSE_REMEMBER_DEVICE', undefined, '30 days', '30 Tage'],
    ['GATEHOUSE_REMEMBER_DEVICE', 'off', 'Never offered', 'Nie angeboten'],
    [
      'GATEHOUSE_RECOVERY_DELAY',
      undefined,
      'Only when an operator confirms it',
      'Nur wenn ein Betreiber sie bestätigt',
    ],
    ['GATEHOUSE_AUDIT_RETENTION', undefined, 'Kept for ever', 'Für immer aufbewahrt'],
    ['GATEHOUSE_AUDIT_RETENTION', '400d', '400 days', '400 Tage'],
    [
      'GATEHOUSE_REGISTRATION',
      undefined,
      'Yes, anybody may make an account',
      'Ja, alle dürfen ein Konto anlegen',
    ],
    ['GATEHOUSE_REGISTRATION', 'off', 'No, only who is invited', 'Nein, nur wer eingeladen ist'],
    ['GATEHOUSE_SECOND_FACTOR', undefined, 'As each person likes', 'Wie jede Person es möchte'],
    ['GATEHOUSE_EMAIL_VERIFICATION', undefined, 'Not required', 'Nicht verlangt'],
    ['GATEHOUSE_PASSWORD_MIN_LENGTH', '14', '14 characters', '14 Zeichen'],
    ['GATEHOUSE_NAME', 'off', 'off', 'off'],
  ])('%s that is %s', async (name, value, english, german) => {
    await set(name, value);
    expect(await now(name)).toBe(isEnglish ? english : german);
    await set(name, undefined);
  });

  it('are chosen in words, and say what holds where nothing is written', async () => {
    await desk.open('/admin/settings/GATEHOUSE_SECOND_FACTOR');
    const options = desk.page.html.querySelectorAll('#value option');
    expect(options.map((option) => [option.getAttribute('value'), option.text])).toEqual([
      ['optional', isEnglish ? 'As each person likes' : 'Wie jede Person es möchte'],
      ['required', isEnglish ? 'Required of everyone' : 'Von allen verlangt'],
    ]);
    await desk.open('/admin/settings/GATEHOUSE_RECENT_SIGN_IN');
    expect(desk.page.html.getElementById('value')!.getAttribute('value')).toBe('10m');
    expect(desk.page.html.getElementById('value-hint')!.text).toContain(
      isEnglish ? 'at first: 10 minutes.' : 'anfangs gilt: 10 Minuten.',
    );
  });

  it.each<[Changeable, string, string, string]>([
    [
      'GATEHOUSE_RECENT_SIGN_IN',
      '2h',
      'write a number and a unit',
      'Schreiben Sie eine Zahl und eine Einheit',
    ],
    ['GATEHOUSE_PASSWORD_MIN_LENGTH', '7', 'from 8 to 64', 'eine ganze Zahl von 8 bis 64'],
    ['GATEHOUSE_SESSION_IDLE', '48h', 'it is longer', 'länger als GATEHOUSE_SESSION_LIFETIME'],
    ['GATEHOUSE_RECOVERY_DELAY', '72h', 'without mail', 'Ohne Mail könnte niemand antworten'],
    ['GATEHOUSE_REGISTRATION', 'perhaps', 'write one of: on, off', 'Schreiben Sie eines von: on, off'],
  ])('%s cannot be %s, and the page says so in its language', async (name, value, english, german) => {
    await desk.open(`/admin/settings/${name}`);
    await desk.press('submit', { value });
    expect(desk.page.html.getElementById('value-error')!.text).toContain(isEnglish ? english : german);
  });
});
