import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, learned, shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

describe('somebody who wants a role that nobody gave them', () => {
  const person = somebody();
  const browserOf = async () => {
    const browser = new Browser(server);
    await browser.signIn(person);
    return browser;
  };
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  it.each([
    ['roles', 'administrator'],
    ['groups', 'admins'],
    ['department', 'Board'],
    ['attributes', '{"department":"Board"}'],
    ['details', '{"department":"Board"}'],
    ['attributes[department]', 'Board'],
    ['phone_number_verified', 'true'],
  ])('cannot post it as %s with their details, nor with their profile', async (field, value) => {
    const browser = await browserOf();
    for (const page of ['/dashboard/details', '/dashboard/profile']) {
      await browser.open(page);
      const { path, fields } = browser.form('submit');
      await browser.post(path, { ...fields, [field]: value });
      expect(browser.page.status).toBe(422);
    }
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl({ scope: 'openid profile phone groups team' }));
    const { idToken, userinfo } = await learned(notes, browser);
    for (const claims of [idToken, userinfo]) {
      expect(claims).toMatchObject({ groups: [] });
      expect(claims).not.toHaveProperty('roles');
      expect(claims).not.toHaveProperty('department');
      expect(claims).not.toHaveProperty('phone_number_verified');
    }
  });

  it('does not get it by asking for it by name', async () => {
    const browser = await browserOf();
    const calendar = new Application(server, 'calendar');
    const asked = { roles: { essential: true, value: 'administrator' }, department: null, tenant: null };
    await browser.open(
      calendar.authorizationUrl({
        scope: 'openid',
        claims: JSON.stringify({ id_token: asked, userinfo: asked }),
      }),
    );
    await browser.press('submit');
    const { idToken, userinfo } = await learned(calendar, browser);
    expect(idToken).not.toHaveProperty('roles');
    expect(userinfo).not.toHaveProperty('roles');
    expect(userinfo).not.toHaveProperty('department');
  });

  it('nor does an operator by mistake: what belongs to the protocol or the account is no attribute', async () => {
    for (const name of [
      'sub',
      'iss',
      'acr',
      'amr',
      'aud',
      'email',
      'email_verified',
      'groups',
      '__proto__',
      'a b',
    ])
      expect(await shell(server, 'set-attribute', person.username, name, 'x')).not.toMatch(/ is "x"$/);
    for (const group of ['gatehouse-operators', 'nobody-knows'])
      expect(await shell(server, 'group-add', person.username, group)).not.toMatch(/ is in /);
    expect(await shell(server, 'group-create', 'gatehouse-friends')).toMatch(/built-in/);
    expect(await shell(server, 'attributes', person.username)).toMatch(/^nothing is set/);
  });
});
