import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backupCodesOn, Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { secondFactorDue } from '../support/half-finished.js';
import { parallelSignIns } from '../support/parallel.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('a backup code that is used again', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const enrolled = async (): Promise<Person> => {
    const person = somebody();
    await addEnrolled(server, person);
    return person;
  };

  /** Types a code in a new browser, after the password. */
  async function isAccepted(person: Person, code: string): Promise<boolean> {
    const { browser } = await secondFactorDue(server, person);
    await browser.click('use-backup-code');
    await browser.press('submit', { code });
    if (browser.sentTo) return true;
    expect(browser.page.status).toBe(422);
    return false;
  }

  it('signs nobody in a second time, however it is spelled', async () => {
    const person = await enrolled();
    const code = person.backupCodes![0]!;
    expect(await isAccepted(person, ` ${code.toLowerCase().replaceAll('-', '')} `)).toBe(true);
    expect(await isAccepted(person, code)).toBe(false);
    expect(await isAccepted(person, code.replaceAll('0', 'O').replaceAll('1', 'l'))).toBe(false);
    // The others are as good as before.
    expect(await isAccepted(person, person.backupCodes![9]!)).toBe(true);
  });

  it('signs in exactly one of thirty who use it at the same moment', async () => {
    const { person, ends } = await parallelSignIns(
      server,
      30,
      'backup-code',
      (owner) => owner.backupCodes![3]!,
    );
    expect(ends).toEqual({ 'signed in': 1, refused: 29 });
    expect(await isAccepted(person, person.backupCodes![3]!)).toBe(false);
  });

  it('is refused once newer codes were made, or the second factor was removed and set up anew', async () => {
    const person = await enrolled();
    const [first, second] = person.backupCodes!;
    const owner = new Browser(server);
    await owner.signIn(person);
    await owner.open('/dashboard/second-factor');
    await owner.press('new-codes');
    expect(await isAccepted(person, first!)).toBe(false);

    const newer = backupCodesOn(owner.page);
    // A further authenticator leaves them as they are.
    await owner.open('/dashboard/second-factor/set-up');
    await owner.setUpAuthenticator(person);
    expect(await isAccepted(person, second!)).toBe(false);
    expect(await isAccepted(person, newer[0]!)).toBe(true);

    for (let n = 0; n < 2; n++) {
      await owner.open('/dashboard/second-factor');
      await owner.click('remove-authenticator-1');
      await owner.press('submit');
    }
    await owner.click('set-up');
    await owner.setUpAuthenticator(person);
    await owner.typeBackupCodeBack();
    expect(await isAccepted(person, newer[1]!)).toBe(false);
    expect(await isAccepted(person, person.backupCodes![1]!)).toBe(true);
  });

  it('is refused for everyone else', async () => {
    const [person, other] = [await enrolled(), await enrolled()];
    expect(await isAccepted(other, person.backupCodes![0]!)).toBe(false);
    expect(await isAccepted(person, person.backupCodes![0]!)).toBe(true);
  });

  it('does not sign in without the password, nor instead of it', async () => {
    const person = await enrolled();
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword({ ...person, password: person.backupCodes![0]! });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', {
      username: person.username,
      password: 'x',
      code: person.backupCodes![0]!,
    });
    expect(browser.page.path).toMatch(/\/password$/);
    expect(await isAccepted(person, person.backupCodes![0]!)).toBe(true);
  });
});
