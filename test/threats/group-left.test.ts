import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('somebody who is not, or not any more, in a group that may use an application', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
  });
  afterAll(() => server.stop());

  async function member(group?: string): Promise<{ browser: Browser; person: Person; bank: Application }> {
    const person = somebody();
    await server.addPerson(person);
    if (group) await shell(server, 'group-add', person.username, group);
    return { browser: new Browser(server), person, bank: new Application(server, 'bank') };
  }
  const sentBack = ({ sentTo }: Browser, name: string) => sentTo?.searchParams.get(name);

  it('is told so after signing in, and the application gets access_denied', async () => {
    const { browser, person, bank } = await member();
    await browser.open(bank.authorizationUrl({ scope: 'openid' }));
    await browser.enterPassword(person);
    expect(browser.page).toMatchObject({ status: 200, path: expect.stringMatching(/\/not-let-in$/) });
    expect(browser.page.text).toContain(person.username);
    // Neither the consent page nor the dispatcher leads past it.
    const base = browser.page.path.replace('/not-let-in', '');
    for (const page of ['', '/consent', '/password']) {
      await browser.open(base + page);
      expect(browser.page.path).toMatch(/\/not-let-in$/);
    }
    await browser.press('cancel');
    expect(sentBack(browser, 'error')).toBe('access_denied');
    expect(sentBack(browser, 'state')).toBe(bank.state);
    expect(sentBack(browser, 'code')).toBeNull();
  });

  it('is not let in with a session from elsewhere, nor silently', async () => {
    const { browser, person, bank } = await member();
    await browser.signIn(person);
    await browser.open(bank.authorizationUrl({ scope: 'openid' }));
    expect(browser.page.path).toMatch(/\/not-let-in$/);
    await browser.open(bank.authorizationUrl({ scope: 'openid', prompt: 'none' }));
    expect(sentBack(browser, 'error')).toBe('access_denied');
    // The session stays good for what the person may use.
    const photos = new Application(server, 'photos');
    await browser.open(photos.authorizationUrl({ scope: 'openid' }));
    photos.codeFrom(browser);
  });

  it('gets in while a member of any of them, and nothing new from the moment of leaving', async () => {
    const { browser, person, bank } = await member('admins');
    await browser.open(bank.authorizationUrl({ scope: 'openid offline_access' }));
    await browser.enterPassword(person);
    const first = await bank.redeem(bank.codeFrom(browser));
    const second = await bank.refresh(first.refresh_token!);
    expect(second.status).toBe(200);

    await browser.open(bank.authorizationUrl({ scope: 'openid' }));
    const unspent = bank.codeFrom(browser);
    await shell(server, 'group-remove', person.username, 'admins');
    expect(await bank.refresh(second.refresh_token!)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await bank.redeem(unspent)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect((await bank.userinfo(second.access_token!)).status).toBe(401);
    await browser.open(bank.authorizationUrl({ scope: 'openid' }));
    expect(browser.page.path).toMatch(/\/not-let-in$/);

    // Somebody who is put back is let in again.
    await shell(server, 'group-add', person.username, 'staff');
    await browser.open(bank.authorizationUrl({ scope: 'openid' }));
    bank.codeFrom(browser);
  });

  it('takes no membership along that was of an account before, or of a group before', async () => {
    const { person } = await member('staff');
    await shell(server, 'group-create', 'short-lived');
    await shell(server, 'group-add', person.username, 'short-lived');
    await shell(server, 'group-delete', 'short-lived');
    await shell(server, 'group-create', 'short-lived');
    expect(await shell(server, 'group-members', 'short-lived')).toBe('nobody is in short-lived');
  });
});
