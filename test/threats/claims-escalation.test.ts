import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { CLIENTS_WITH_CLAIMS, learned, shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const MORE = CLIENTS_WITH_CLAIMS.replace(
  'claims:\n',
  `claims:
  - name: salary
    description: Your salary
    attribute: salary
    scopes: [team]
`,
);

describe('an application that would learn more than was allowed, by what is declared', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS_WITH_CLAIMS });
  });
  afterAll(() => server.stop());

  async function startAgainWith(clients: string): Promise<void> {
    writeFileSync(join(server.dataDir, 'clients.yaml'), clients);
    await server.restart();
    // The connections that were kept are gone: the first request finds that out.
    await fetch(`${server.url}/health/ready`).catch(() => undefined);
  }

  it('asks again for a scope with claims, and for a claim that was put to a scope later', async () => {
    const person = somebody();
    await server.addPerson(person);
    await shell(server, 'set-attribute', person.username, 'department', 'Engines');
    await shell(server, 'set-attribute', person.username, 'salary', '100');
    const browser = new Browser(server);
    await browser.signIn(person);
    const calendar = new Application(server, 'calendar');
    const ask = (scope: string, extra = {}) => browser.open(calendar.authorizationUrl({ scope, ...extra }));

    await ask('openid');
    await browser.press('submit');
    await ask('openid team', { prompt: 'none' });
    expect(browser.sentTo!.searchParams.get('error')).toBe('consent_required');
    await ask('openid team offline_access');
    expect(browser.page.text).toContain('Your department');
    await browser.press('submit');
    const before = await learned(calendar, browser);
    expect(before.userinfo).toMatchObject({ department: 'Engines' });

    await startAgainWith(MORE);
    // What was issued before gives what was allowed before.
    const renewed = await calendar.refresh(before.tokens.refresh_token!);
    expect(renewed.claims).toMatchObject({ department: 'Engines' });
    expect(renewed.claims).not.toHaveProperty('salary');
    expect((await calendar.userinfo(renewed.access_token!)).body).not.toHaveProperty('salary');

    await ask('openid team', { prompt: 'none' });
    expect(browser.sentTo!.searchParams.get('error')).toBe('consent_required');
    await ask('openid team');
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).toContain('Your salary');
    await browser.press('submit');
    expect((await learned(calendar, browser)).userinfo).toMatchObject({ salary: 100 });
    // And that was that.
    await ask('openid team', { prompt: 'none' });
    calendar.codeFrom(browser);
  });

  it('is asked about each time where the operator says so, and can change that no more than its scopes', async () => {
    await startAgainWith(
      CLIENTS_WITH_CLAIMS.replace('client_id: calendar', 'client_id: calendar\n    consent: always'),
    );
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const calendar = new Application(server, 'calendar');
    for (const _ of ['first', 'second']) {
      await browser.open(calendar.authorizationUrl({ scope: 'openid' }));
      expect(browser.page.path).toMatch(/\/consent$/);
      await browser.press('submit');
      calendar.codeFrom(browser);
    }
    await browser.open(calendar.authorizationUrl({ scope: 'openid', prompt: 'none' }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('consent_required');
  });
});
