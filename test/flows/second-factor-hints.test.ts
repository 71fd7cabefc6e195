import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isMistyped } from '../../src/mfa/backup-code-format.js';
import { somebody } from '../support/enrolled.js';
import { enrolmentDue, secondFactorDue } from '../support/half-finished.js';
import { TestServer } from '../support/server.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('why a code was refused', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each([
    ['six steps of thirty seconds ago', -6, 'about 3 minutes slow'],
    ['nearly ten minutes ago', -19, 'about 10 minutes slow'],
    ['just too old', -2, 'about a minute slow'],
    ['of in five minutes', 10, 'about 5 minutes fast'],
    ['of the minute to come', 2, 'about a minute fast'],
  ])('is the clock of the device, when it is one of %s', async (_what, steps, hint) => {
    const { browser, person } = await secondFactorDue(server);
    // The enrolment has used up the code of its own moment.
    server.clock.advance(20 * 60_000);
    await browser.press('submit', { code: person.authenticator!.code(server.clock.now(), steps) });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain(hint);
  });

  it('is not said of a code further away, which is a wrong one like any other', async () => {
    const { browser, person } = await secondFactorDue(server);
    for (const steps of [-22, 22]) {
      await browser.press('submit', { code: person.authenticator!.code(server.clock.now(), steps) });
      expect(browser.page.text).toContain('That code is not valid');
    }
  });

  it('does not help a guesser: a code of the minutes to come that was told of is not taken when its time comes', async () => {
    const { browser, person } = await secondFactorDue(server);
    const code = person.authenticator!.code(server.clock.now(), 6);
    await browser.press('submit', { code });
    expect(browser.page.text).toContain('about 3 minutes fast');
    server.clock.advance(3 * 60_000);
    await browser.press('submit', { code });
    expect(browser.page.text).toContain('That code is not valid');
    await browser.enterTotp(person);
    expect(browser.sentTo?.searchParams.get('code')).toBeTruthy();
  });

  it('is the clock already while an authenticator is set up, and the name typed beside it is kept', async () => {
    const { browser, person } = await enrolmentDue(server);
    const authenticator = browser.offeredAuthenticator();
    await browser.press('submit', { code: '', name: 'n'.repeat(61) });
    expect(browser.page.text).toContain('a name of at most 60 characters');
    await browser.press('submit', { code: authenticator.code(server.clock.now(), -8), name: 'Old phone' });
    expect(browser.page.text).toContain('about 4 minutes slow');
    expect(browser.page.html.getElementById('name')!.getAttribute('value')).toBe('Old phone');
    await browser.setUpAuthenticator(person);
    expect(person.backupCodes).toHaveLength(10);
  });

  it('is a slip of the finger in a backup code, which is told apart from a code that is used up', async () => {
    const { browser, person } = await secondFactorDue(server);
    const code = person.backupCodes![0]!;
    const wrong = ALPHABET[(ALPHABET.indexOf(code[7]!) + 1) % 32]!;
    await browser.click('use-backup-code');
    await browser.press('submit', { code: code.slice(0, 7) + wrong + code.slice(8) });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('That code has a typo');
    await browser.press('submit', { code: code.toLowerCase() });
    expect(browser.sentTo?.searchParams.get('code')).toBeTruthy();

    const again = await secondFactorDue(server, person);
    await again.browser.click('use-backup-code');
    await again.browser.press('submit', { code });
    expect(again.browser.page.text).toContain('That backup code is not valid, or it was used already');
  });

  it('tells a guesser nothing of a backup code: whether there is such a code is not in the answer', async () => {
    const { browser } = await secondFactorDue(server);
    const person = somebody();
    const { person: other } = await secondFactorDue(server, person);
    await browser.click('use-backup-code');
    // Somebody else's code is a right one, and one made up may have a right check character, too.
    const madeUp = ['0000-0000-0000-000', '1111-1111-1111-111'].map(
      (start) => start + [...ALPHABET].find((last) => !isMistyped((start + last).replaceAll('-', '')))!,
    );
    for (const code of [other.backupCodes![0]!, ...madeUp]) {
      await browser.press('submit', { code });
      expect(browser.page.text).toContain('That backup code is not valid, or it was used already');
    }
  });

  it('is counted all the same: a hint is a try', async () => {
    const { browser, person } = await secondFactorDue(server);
    const slow = () => person.authenticator!.code(server.clock.now(), -8);
    for (let n = 0; n < 5; n++) await browser.press('submit', { code: slow() });
    await browser.press('submit', { code: slow() });
    expect(browser.page.status).toBe(429);
  });
});
