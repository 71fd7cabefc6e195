import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { ada, dov } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('registration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each([
    ['a short password', { password: 'elevenchars' }, 'Use at least 12 characters; this has 11.'],
    ['a common password', { password: 'password1234' }, 'tried first'],
    ['a password that is the name', { password: 'dov@example.org' }, 'little more than your name'],
    ['an impossible user name', { username: 'no spaces please' }, 'Choose a user name'],
    ['something that is no address', { email: 'dov' }, 'Enter an e-mail address'],
    ['nothing at all', { username: '', email: '', password: '' }, 'Choose a user name'],
  ])('refuses %s with its reason, and keeps what was typed', async (_what, change, reason) => {
    const browser = new Browser(server);
    const typed = {
      username: 'dov',
      email: 'dov@example.org',
      password: 'copper kites over harbour',
      ...change,
    };
    await browser.open('/register');
    await browser.press('submit', typed);
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain(reason);
    expect(browser.page.html.getElementById('username')!.getAttribute('value')).toBe(typed.username);
    expect(browser.page.html.getElementById('email')!.getAttribute('value')).toBe(typed.email);
    expect(browser.page.html.getElementById('password')!.getAttribute('value') ?? '').toBe('');
  });

  it('begun from an application, leads back to it', async () => {
    const person = dov();
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.open(browser.page.html.querySelector('a[href$="/register"]')!.getAttribute('href')!);
    await browser.press('submit', {
      username: person.username,
      email: person.email,
      password: person.password,
    });
    await browser.click('continue');
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard');
  });

  it('can be switched off by the operator', async () => {
    const closed = await TestServer.start({ env: { GATEHOUSE_REGISTRATION: 'off' } });
    try {
      const browser = new Browser(closed);
      await browser.open('/register');
      expect(browser.page.status).toBe(403);
      expect(browser.page.text).toContain('Registration is closed');
      await browser.open('/dashboard');
      expect(browser.page.html.querySelector('a[href*="register"]')).toBeNull();
      const { fields } = browser.form('submit');
      const { username, email, password } = ada();
      await browser.post('/register', { _csrf: fields['_csrf']!, username, email, password });
      expect(browser.page.status).toBe(403);
    } finally {
      await closed.stop();
    }
  });
});
