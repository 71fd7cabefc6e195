import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { nearlyOperator, newSetUpLink, operators, setUpLink } from '../support/set-up.js';
import { TestServer } from '../support/server.js';

const REGISTRATION: { registration: string; env: Record<string, string> }[] = [
  { registration: 'on', env: {} },
  { registration: 'off', env: { GATEHOUSE_REGISTRATION: 'off' } },
];

describe.each(REGISTRATION)('the set-up link, with registration $registration', ({ env }) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({ env });
  });
  afterEach(() => server.stop());

  it('makes the first operator: register, second factor, one button', async () => {
    const person = somebody();
    const browser = new Browser(server);
    const link = await setUpLink(server);
    await browser.open(link);
    expect(browser.page.text).toContain('Set up this server');
    await browser.press('submit');
    expect(browser.page.path).toMatch(/\/interaction\/.*\/register$/);
    await nearlyOperator(browser, link, person);
    expect(browser.page.path).toBe('/admin/set-up');
    expect(browser.page.text).toContain(`Make ${person.username} the operator?`);
    expect(await operators(server)).toEqual([]);
    await browser.press('submit');
    expect(browser.page.path).toBe('/admin');
    expect(browser.page.text).toContain('First steps');
    expect(await operators(server)).toEqual([person.username]);
    const made = await server.app.get(EntityManager).fork().find(AuditEvent, { name: 'operator.made' });
    expect(made).toMatchObject([{ result: 'success', detail: { by: 'set-up link' } }]);
    expect((await new Browser(server).open(link)).status).toBe(410);
  });

  it('says so when it is opened at another address than the configured one', async () => {
    const link = new URL(await setUpLink(server));
    const opened = async (headers: Record<string, string>) =>
      (await new Browser(server).agent.get(link.pathname + link.search).set(headers)).text;
    expect(await opened({ 'X-Forwarded-Host': '192.0.2.7:3000' })).toContain(
      `You opened http://192.0.2.7:3000, but the settings say that this server is at ${server.url}`,
    );
    expect(await opened({})).not.toContain('but the settings say');
  });

  it('takes an account that there is already, with the second factor it has', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.open(await setUpLink(server));
    await browser.press('submit');
    await browser.click('sign-in');
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    await browser.press('submit');
    expect(await operators(server)).toEqual([person.username]);
  });

  it('is the same until it ends, after a day or when the shell prints another', async () => {
    const first = await setUpLink(server);
    await server.restart();
    expect(await setUpLink(server)).toBe(first);
    const second = await newSetUpLink(server);
    expect(await setUpLink(server)).toBe(second);
    server.clock.advance(24 * 3_600_000);
    expect(await setUpLink(server)).not.toBe(second);
  });

  it('is printed no more once there is an operator', async () => {
    const person = somebody();
    await server.addPerson(person);
    await shell(server, 'operator-add', person.username);
    await expect(newSetUpLink(server)).rejects.toThrow('there is an operator already');
    await expect(setUpLink(server)).rejects.toThrow();
  });
});
