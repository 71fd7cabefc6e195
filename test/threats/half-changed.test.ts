import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Events } from '../../src/kernel/events.js';
import { passwordChanged } from '../../src/users/events.js';
import { secondFactorChanged } from '../../src/mfa/events.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { ada, bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

/** Something breaks between a change and the end of what was begun before it: a crash, a lost connection. */
describe('a change that cannot end the other sessions', () => {
  let server: TestServer;
  let broken = false;
  beforeAll(async () => {
    server = await TestServer.start();
    const breakDown = async () => {
      if (broken) throw new Error('the connection is lost');
    };
    server.app.get(Events).on(passwordChanged, breakDown);
    server.app.get(Events).on(secondFactorChanged, breakDown);
  });
  afterAll(() => server.stop());

  it('of the password is no change: the old one holds, and the owner can try again', async () => {
    const person = bea();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/password');
    broken = true;
    await browser.press('submit', { current: person.password, password: 'nine lanterns drift apart' });
    broken = false;
    expect(browser.page.status).toBe(500);

    const again = new Browser(server);
    await again.signIn(person);
    expect(again.page.path).toBe('/dashboard');
  });

  it('of the second factor is no change: none is enrolled', async () => {
    const person = ada();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/second-factor/set-up');
    broken = true;
    await browser.setUpAuthenticator(person);
    broken = false;
    expect(browser.page.status).toBe(500);

    const again = new Browser(server);
    const notes = new Application(server, 'notes');
    await again.open(notes.authorizationUrl());
    await again.enterPassword(person);
    expect((await notes.redeem(notes.codeFrom(again))).claims['amr']).toEqual(['pwd']);
  });
});
