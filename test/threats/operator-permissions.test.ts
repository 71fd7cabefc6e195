import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MetadataScanner, ModulesContainer, DiscoveryService, Reflector } from '@nestjs/core';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod } from '@nestjs/common';
import { ACCESS } from '../../src/http/access.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

interface Declared {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: string;
}

/** What a route answers to whom. `in`: the handler was reached, whatever it said then. */
type Answer = 'in' | 'refused' | 'sign-in';
type Who = 'stranger' | 'person' | 'help desk' | 'operator' | 'operator, long ago';

const EXPECTED: Readonly<Record<string, Readonly<Record<Who, Answer>>>> = {
  'operator, signed in recently with two factors': {
    stranger: 'sign-in',
    person: 'refused',
    'help desk': 'refused',
    operator: 'in',
    'operator, long ago': 'sign-in',
  },
  'operator, signed in with two factors': {
    stranger: 'sign-in',
    person: 'refused',
    'help desk': 'refused',
    operator: 'in',
    'operator, long ago': 'in',
  },
  'help desk or operator, signed in recently with two factors': {
    stranger: 'sign-in',
    person: 'refused',
    'help desk': 'in',
    operator: 'in',
    'operator, long ago': 'sign-in',
  },
  'help desk or operator, signed in with two factors': {
    stranger: 'sign-in',
    person: 'refused',
    'help desk': 'in',
    operator: 'in',
    'operator, long ago': 'in',
  },
};

/** A page that is for the holder of a link, which set-up.test.ts and set-up-link.test.ts are about. */
const ELSEWHERE = 'holder of the set-up link, signed in recently with two factors';

/** Every operators' route against every role: a table that a new route enters by itself. */
describe('the operators’ pages, for each role', () => {
  let server: TestServer;
  const browsers = {} as Record<Who, Browser>;
  const tokens = {} as Record<Who, string>;
  beforeAll(async () => {
    server = await TestServer.start();
    for (const who of ['operator, long ago', 'stranger', 'person', 'help desk', 'operator'] as const) {
      browsers[who] = await signedInAs(who);
      await browsers[who].open(who === 'stranger' ? '/forgot-password' : '/dashboard/profile');
      tokens[who] = browsers[who].formToken;
      if (who === 'operator, long ago') server.clock.advance(30 * 60_000);
    }
  });
  afterAll(() => server.stop());

  async function signedInAs(who: Who): Promise<Browser> {
    const browser = new Browser(server);
    if (who === 'stranger') return browser;
    const person = somebody();
    await addEnrolled(server, person);
    if (who.startsWith('operator')) await shell(server, 'operator-add', person.username);
    if (who === 'help desk') await shell(server, 'help-desk-add', person.username);
    await browser.signIn(person);
    return browser;
  }

  const routes = (): Declared[] =>
    new DiscoveryService(server.app.get(ModulesContainer))
      .getControllers()
      .flatMap(({ instance, metatype }) => routesOf(server, instance as object, metatype as object))
      .filter(({ path, access }) => /^\/admin(\/|$)/.test(path) && access !== ELSEWHERE);

  async function answer(who: Who, { method, path }: Declared): Promise<Answer> {
    const address = path.replaceAll(/:[A-Za-z]+/g, 'AAAAAAAAAAAAAAAAAAAAAA');
    const response = await browsers[who].once(method, address, { _csrf: tokens[who] });
    if (String(response.headers['location'] ?? '').includes('/oidc/auth?')) return 'sign-in';
    return response.status === 403 ? 'refused' : 'in';
  }

  it('is what each route declares', async () => {
    const found = routes();
    expect(found.length).toBeGreaterThan(6);
    for (const route of found) {
      expect([route.path, Object.keys(EXPECTED)]).toEqual([
        route.path,
        expect.arrayContaining([route.access]) as unknown,
      ]);
      for (const who of Object.keys(browsers) as Who[])
        expect([route.method, route.path, who, await answer(who, route)]).toEqual([
          route.method,
          route.path,
          who,
          EXPECTED[route.access]![who],
        ]);
    }
  });
});

function routesOf(server: TestServer, instance: object, metatype: object): Declared[] {
  const reflector = server.app.get(Reflector);
  const base = [reflector.get<string | string[]>(PATH_METADATA, metatype as never)].flat().join();
  const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .map((name) => prototype[name]!)
    .filter((handler) => reflector.get<string>(PATH_METADATA, handler) !== undefined)
    .map((handler) => ({
      method: RequestMethod[reflector.get<number>(METHOD_METADATA, handler)] as Declared['method'],
      path: `/${[base, reflector.get<string>(PATH_METADATA, handler)].join('/')}`
        .replace(/\/+/g, '/')
        .replace(/(.)\/$/, '$1'),
      access: reflector.get<string>(ACCESS, handler),
    }));
}
