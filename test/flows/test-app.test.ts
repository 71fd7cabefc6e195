import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('the test application', () => {
  const person = bea();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  it('shows every claim of a real sign-in, with the scope that produced it', async () => {
    const browser = new Browser(server);
    await browser.open('/test-app');
    await browser.press('submit', { scope: 'email' });
    await browser.enterPassword(person);
    await browser.press('submit');
    expect(browser.page.path).toMatch(/^\/test-app\/callback\?code=/);
    const row = (name: string) =>
      browser.page.html
        .querySelectorAll('tbody tr')
        .find((tr) => tr.querySelector('th')!.text.trim() === name)
        ?.text.replace(/\s+/g, ' ');
    expect(row('email')).toMatch(/bea@example\.org .*email/);
    expect(row('acr')).toContain('urn:gatehouse:acr:1fa');
    expect(row('sub')).toContain('openid');
    expect(row('preferred_username')).toBeUndefined();

    await browser.open(browser.page.path);
    expect(browser.page.status).toBe(400);
    expect(browser.page.text).toContain('used already');
  });

  it('can demand two factors, and be refused', async () => {
    const browser = new Browser(server);
    await browser.open('/test-app');
    await browser.press('submit', { scope: 'profile', acr: '2fa' });
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/enrol$/);
    await browser.press('cancel');
    expect(browser.page.text).toContain('access_denied');
  });

  it('is off on a real host unless the operator wants it', async () => {
    const real = await TestServer.start({ env: { GATEHOUSE_URL: 'https://id.example.test' } });
    try {
      const port = new URL(real.url).port;
      expect((await fetch(`http://localhost:${port}/test-app`)).status).toBe(404);
      const refused = await fetch(
        `http://localhost:${port}/oidc/auth?client_id=gatehouse-test-app&response_type=code&scope=openid`,
        { redirect: 'manual' },
      );
      expect(refused.status).toBe(400);
    } finally {
      await real.stop();
    }
  });
});
