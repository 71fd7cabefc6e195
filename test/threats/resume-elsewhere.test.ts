import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

/** The attacker began the interaction and planted its cookies; the victim signed in, and her browser stopped just before the last step. */
describe('going on from somebody else’s finished sign-in', () => {
  const victim = bea();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(victim);
  });
  afterAll(() => server.stop());

  it.each([
    ['as the server wrote it', (path: string) => path],
    ['in other letters', (path: string) => path.replace('/oidc/auth', '/oidc/AUTH')],
    ['with a slash at the end', (path: string) => `${path}/`],
    ['under another name', (path: string) => path.replace(/[^/]+$/, 'another')],
    ['escaped', (path: string) => path.replace('/auth/', '/%61uth/')],
  ])('gives nothing, the path %s', async (_how, disguise) => {
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    const { path, fields } = browser.form('submit', { username: victim.username, password: victim.password });
    const planted = cookieHeader({ ...browser.cookies(path), ...browser.cookies(resumePath(path)) });

    // Her last post, and the dispatcher's answer to it; the redirect back through the provider is not followed.
    const agent = browser.agent;
    await agent
      .post(path)
      .type('form')
      .redirects(0)
      .ok(() => true)
      .send(fields);
    const finished = await agent
      .get(path.replace('/password', ''))
      .redirects(0)
      .ok(() => true);
    const resume = new URL(finished.headers['location']!, server.url).pathname;
    expect(resume).toBe(resumePath(path));

    const stolen = await fetch(server.url + disguise(resume), {
      headers: { cookie: planted },
      redirect: 'manual',
    });
    expect(stolen.headers.get('location') ?? '').not.toContain('code=');
    expect(stolen.headers.getSetCookie().join()).not.toContain('gatehouse_session=');
    expect(stolen.status).toBeGreaterThanOrEqual(400);

    const own = await agent
      .get(resume)
      .redirects(0)
      .ok(() => true);
    expect(own.headers['location']).toContain('code=');
  });
});

function resumePath(interactionPath: string): string {
  return `/oidc/auth/${interactionPath.split('/')[2]!}`;
}

function cookieHeader(cookies: Record<string, string>): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}
