import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, ModulesContainer, Reflector } from '@nestjs/core';
import { ACCESS } from '../src/http/access.js';
import { TestServer } from './support/server.js';

/** The security table: every route of the pages with what it takes to use it. A change here is a change of who may do what. */
describe('the routes', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('each declare their access', () => {
    const reflector = server.app.get(Reflector);
    const discovery = new DiscoveryService(server.app.get(ModulesContainer));
    const table = discovery.getControllers().flatMap(({ instance, metatype }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      const base = [reflector.get<string>(PATH_METADATA, metatype!)].flat().join();
      return Object.getOwnPropertyNames(prototype)
        .filter((name) => name !== 'constructor')
        .map((name) => prototype[name]!)
        .filter((handler) => reflector.get<string>(PATH_METADATA, handler) !== undefined)
        .map((handler) => {
          const method = RequestMethod[reflector.get<number>(METHOD_METADATA, handler)];
          const path = `/${[base, reflector.get<string>(PATH_METADATA, handler)].join('/')}`
            .replace(/\/+/g, '/')
            .replace(/(.)\/$/, '$1');
          return `${method!.padEnd(4)} ${path.padEnd(44)} ${reflector.get<string>(ACCESS, handler) ?? 'NONE: refused'}`;
        });
    });
    expect(table.sort()).toMatchSnapshot();
  });
});
