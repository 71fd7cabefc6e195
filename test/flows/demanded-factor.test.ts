import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { ada, bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('where two factors are demanded', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each([
    ['by the application', 'bank', {}],
    ['by the request', 'notes', { acr_values: 'urn:example:unknown urn:gatehouse:acr:2fa' }],
    [
      'by an essential claim',
      'photos',
      { claims: JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:gatehouse:acr:2fa' } } }) },
    ],
  ] as const)('%s, someone without one sets it up on the way, and arrives', async (_how, clientId, extra) => {
    const person = { ...ada(), username: `ada-${clientId}`, email: `ada-${clientId}@example.org` };
    await server.addPerson(person);
    const browser = new Browser(server);
    const application = new Application(server, clientId);
    await browser.open(application.authorizationUrl(extra));
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/enrol$/);

    // Reloading shows the same secret: the phone that scanned it already stays right.
    const secret = () => browser.page.html.querySelector('a[href^="otpauth:"]')!.getAttribute('href');
    const before = secret();
    await browser.open(browser.page.path);
    expect(secret()).toBe(before);
    await browser.press('submit', { code: '000000' });
    expect(browser.page.status).toBe(422);
    expect(secret()).toBe(before);

    await browser.setUpAuthenticator(person);
    expect(person.backupCodes).toHaveLength(10);
    expect(browser.sentTo).toBeUndefined();
    await browser.press('submit', { code: person.backupCodes![3]! });
    const { claims } = await application.redeem(application.codeFrom(browser));
    expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:2fa', amr: ['pwd', 'otp', 'mfa'] });
  });

  it('backup codes are shown once; whoever lost the page makes new ones, and the old ones are dead', async () => {
    const person = { ...bea(), username: 'bea-codes', email: 'bea-codes@example.org' };
    await server.addPerson(person);
    const browser = new Browser(server);
    const bank = new Application(server, 'bank');
    await browser.open(bank.authorizationUrl());
    await browser.enterPassword(person);
    expect(browser.page).toMatchObject({ status: 200, path: expect.stringMatching(/\/enrol$/) });
    await browser.setUpAuthenticator(person);
    const first = person.backupCodes!;
    await browser.open(browser.page.path.replace(/\/enrol$/, ''));
    expect(browser.page.path).toMatch(/\/backup-codes$/);
    expect(browser.page.text).not.toContain(first[0]);
    const page = await browser.press('new-codes');
    const second = [...new Set(page.html.toString().match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/g))];
    expect(second).toHaveLength(10);
    expect(second.filter((code) => first.includes(code))).toEqual([]);
    await browser.press('submit', { code: first[0]! });
    expect(browser.page.status).toBe(422);
    await browser.press('submit', { code: second[0]! });
    bank.codeFrom(browser);
  });

  it('by the operator, everyone sets one up', async () => {
    const strict = await TestServer.start({ env: { GATEHOUSE_SECOND_FACTOR: 'required' } });
    try {
      const person = bea();
      await strict.addPerson(person);
      const browser = new Browser(strict);
      await browser.open('/dashboard');
      await browser.enterPassword(person);
      expect(browser.page.path).toMatch(/\/enrol$/);
      await browser.setUpAuthenticator(person);
      await browser.typeBackupCodeBack();
      expect(browser.page.path).toBe('/dashboard');
    } finally {
      await strict.stop();
    }
  });
});
