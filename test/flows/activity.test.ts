import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0';

describe('my activity', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const words = (browser: Browser) =>
    browser.page.html.querySelectorAll('.events > li strong').map(({ text }) => text);

  it('says in words what happened: when, with what, from where, in which browser and for which application', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server, { 'User-Agent': FIREFOX });
    await browser.open(new Application(server, 'notes').authorizationUrl());
    await browser.enterPassword({ ...person, password: 'not my password' });
    await browser.enterPassword(person);
    await browser.open('/dashboard/activity');
    expect(browser.page.status).toBe(200);
    expect(words(browser).slice(0, 3)).toEqual([
      'Signed in',
      'The password was entered',
      'A wrong password was entered',
    ]);
    const [signedIn, , wrong] = browser.page.html
      .querySelectorAll('.events > li')
      .map(({ text }) => text.replace(/\s+/g, ' '));
    expect(signedIn).toMatch(/UTC.*For Notes.*Firefox.*Linux.*From 127/);
    expect(wrong).toMatch(/Refused.*With a password.*Firefox.*Linux.*From 127/);

    await browser.post('/locale', { _csrf: browser.formToken, locale: 'de', return: '/dashboard/activity' });
    expect(words(browser)[0]).toBe('Angemeldet');
  });

  it('is mine alone, twenty at a time, and moves by what was seen and not by what happens meanwhile', async () => {
    const [person, other] = [somebody(), somebody()];
    const { id } = await server.addPerson(person);
    const stranger = await server.addPerson(other);
    const browser = new Browser(server);
    await browser.signIn(person);
    const em = server.app.get(EntityManager).fork();
    const note = (accountId: string, n: number) =>
      em.insert(AuditEvent, {
        at: server.clock.now(),
        name: 'profile.changed',
        result: 'success',
        accountId,
        address: `192.0.2.${n}`,
      });
    for (let n = 1; n <= 45; n++) {
      await note(id, n);
      await note(stranger.id, 200);
    }

    await browser.open('/dashboard/activity');
    const addresses = () =>
      browser.page.text.match(/192\.0\.2\.\d+/g)!.map((text) => Number(text.split('.')[3]));
    expect(addresses()).toEqual(Array.from({ length: 20 }, (_, n) => 45 - n));
    expect(browser.page.html.getElementById('newer')).toBeNull();
    await note(id, 46);
    await browser.click('older');
    expect(addresses()).toEqual(Array.from({ length: 20 }, (_, n) => 25 - n));
    await browser.click('older');
    expect(addresses()).toEqual([5, 4, 3, 2, 1]);
    expect(words(browser)).toContain('Signed in');
    expect(browser.page.html.getElementById('older')).toBeNull();
    await browser.click('newer');
    expect(addresses()).toEqual(Array.from({ length: 20 }, (_, n) => 25 - n));
    await browser.click('newer');
    expect(addresses()[0]).toBeGreaterThanOrEqual(45);
    expect(addresses()).toHaveLength(20);
  });

  it.each(['0', '-1', 'x', '1e9', '99999999999999999999', '1;DROP TABLE account'])(
    'shows the newest events where the address asks for %j',
    async (before) => {
      const person = somebody();
      await server.addPerson(person);
      const browser = new Browser(server);
      await browser.signIn(person);
      await browser.open(`/dashboard/activity?before=${encodeURIComponent(before)}`);
      expect(browser.page.status).toBe(200);
      expect(words(browser)[0]).toBe('Signed in');
    },
  );

  it('says how sessions ended: this one, another one, all others or every one', async () => {
    const person = somebody();
    await server.addPerson(person);
    const [browser, there] = [new Browser(server), new Browser(server)];
    const ended = async () => {
      await browser.open('/dashboard/activity');
      return words(browser).find((what) => /[Ss]igned out/.test(what));
    };
    await there.signIn(person);
    await browser.signIn(person);
    await browser.open('/dashboard/sessions');
    await browser.press('end-1');
    expect(await ended()).toBe('Another browser was signed out');
    await there.signIn(person);
    await browser.open('/dashboard/sessions');
    await browser.press('end-others');
    expect(await ended()).toBe('All other browsers were signed out');
    await browser.press('sign-out');
    await browser.signIn(person);
    expect(await ended()).toBe('Signed out');
    await browser.open('/dashboard/sign-out-everywhere');
    await browser.press('submit');
    await browser.signIn(person);
    expect(await ended()).toBe('Signed out everywhere');
  });

  it('says of what an operator did in the shell that it was the operator', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const em = server.app.get(EntityManager).fork();
    await em.insert(AuditEvent, {
      at: server.clock.now(),
      name: 'throttle.cleared',
      result: 'success',
      accountId: id,
    });
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/activity');
    expect(browser.page.text).toContain('By the operator of this service');
  });
});
