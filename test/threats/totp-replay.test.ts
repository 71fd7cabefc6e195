import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { enrolmentDue, secondFactorDue, type HalfFinished } from '../support/half-finished.js';
import { parallelSignIns } from '../support/parallel.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const STEP = 30_000;

describe('a TOTP code that is used again', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const enrolled = async (): Promise<Person> => {
    const person = somebody();
    await addEnrolled(server, person);
    server.clock.advance(2 * STEP);
    return person;
  };
  const codeOf = (person: Person, stepsAway = 0) => person.authenticator!.code(server.clock.now(), stepsAway);

  async function isAccepted({ browser }: HalfFinished, code: string): Promise<boolean> {
    await browser.press('submit', { code });
    if (browser.sentTo) return true;
    expect(browser.page.status).toBe(422);
    expect(browser.page.path).toMatch(/\/(totp|backup-code)$/);
    return false;
  }

  it('signs nobody in a second time, in whichever browser and on whichever page', async () => {
    const person = await enrolled();
    const [first, second] = [await secondFactorDue(server, person), await secondFactorDue(server, person)];
    const code = codeOf(person);
    expect(await isAccepted(first, code)).toBe(true);
    expect(await isAccepted(second, code)).toBe(false);
    await second.browser.click('use-backup-code');
    expect(await isAccepted(second, `${code.slice(0, 3)} ${code.slice(3)}`)).toBe(false);
    expect(await isAccepted(second, codeOf(person, 1))).toBe(true);
  });

  it('is refused when a later one was used before it', async () => {
    const person = await enrolled();
    const [first, second] = [await secondFactorDue(server, person), await secondFactorDue(server, person)];
    const [earlier, now, later] = [codeOf(person, -1), codeOf(person), codeOf(person, 1)];
    expect(await isAccepted(first, later)).toBe(true);
    expect(await isAccepted(second, now)).toBe(false);
    expect(await isAccepted(second, earlier)).toBe(false);
  });

  it('is refused when it was the code that enrolled the authenticator, at the account pages or in a sign-in', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    expect(await isAccepted(await secondFactorDue(server, person), codeOf(person))).toBe(false);

    const enrolling = await enrolmentDue(server);
    await enrolling.browser.setUpAuthenticator(enrolling.person);
    const code = codeOf(enrolling.person);
    await enrolling.browser.typeBackupCodeBack();
    expect(await isAccepted(await secondFactorDue(server, enrolling.person), code)).toBe(false);
  });

  it('is refused outside of its time: one step to either side is accepted, two are not', async () => {
    const person = await enrolled();
    const attempt = await secondFactorDue(server, person);
    expect(await isAccepted(attempt, codeOf(person, 2))).toBe(false);
    expect(await isAccepted(attempt, codeOf(person, -2))).toBe(false);
    expect(await isAccepted(attempt, codeOf(person, -1))).toBe(true);
    expect(await isAccepted(await secondFactorDue(server, person), codeOf(person, 1))).toBe(true);
  });

  it('is refused for everyone else', async () => {
    const [person, other] = [await enrolled(), await enrolled()];
    expect(await isAccepted(await secondFactorDue(server, other), codeOf(person))).toBe(false);
  });

  it('signs in exactly one of thirty who use it at the same moment', async () => {
    let code = '';
    const { person, ends } = await parallelSignIns(server, 30, 'totp', (owner) => (code ||= codeOf(owner)));
    expect(ends).toEqual({ 'signed in': 1, refused: 29 });
    expect(await isAccepted(await secondFactorDue(server, person), code)).toBe(false);
  });
});
