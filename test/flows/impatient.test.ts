import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { KnownBrowsers } from '../../src/attempts/known-browsers.js';
import { Sql } from '../../src/database/sql.js';
import { sha256 } from '../../src/kernel/secrets.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('whoever clicks twice at the end of a sign-in', () => {
  const person = bea();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  it('is signed in once, and gets no cookie that nobody knows', async () => {
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    const { path, fields } = browser.form('submit', { username: person.username, password: person.password });
    const proven = await browser.once('POST', path, fields);
    const dispatcher = new URL(proven.headers['location']!, server.url).pathname;

    // All of them have come to the same point before one goes on.
    const browsers = server.app.get(KnownBrowsers);
    const remember = browsers.remember.bind(browsers);
    const met = new Promise<void>((meet) => {
      let come = 0;
      jest.spyOn(browsers, 'remember').mockImplementation(async (...args) => {
        if (++come === 3) meet();
        await met;
        return remember(...args);
      });
    });
    const answers = await Promise.all([1, 2, 3].map(() => browser.once('GET', dispatcher)));
    const given = answers.flatMap(({ headers }) => (headers['set-cookie'] as string[] | undefined) ?? []);
    const tokens = given.flatMap((cookie) => /^gatehouse_devices=([^;]+)/.exec(cookie)?.[1] ?? []);
    const known = await server.app.get(Sql).rows<{ browser: string }>('SELECT browser FROM known_browser');
    expect(known).toHaveLength(1);
    expect(tokens.map(sha256)).toEqual(known.map((row) => row.browser));
    await browser.open(dispatcher);
    expect(browser.sentTo!.searchParams.has('code')).toBe(true);
  });
});
