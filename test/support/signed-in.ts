import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { Browser } from './browser.js';
import { addEnrolled, somebody } from './enrolled.js';
import { bea, type Person } from './people.js';
import { TestServer } from './server.js';

export interface SignedIn {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly person: Person;
}

/** For the tests of the `describe` it is called in: a server with these clients, and before each test Bea signs in anew. */
export function beaSignedIn(
  clients: string,
  ready: (signedIn: SignedIn) => void,
  env: Record<string, string> = {},
): void {
  let server: TestServer;
  const person = bea();
  beforeAll(async () => {
    server = await TestServer.start({ clients, env });
    await server.addPerson(person);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const browser = new Browser(server);
    await browser.signIn(person);
    ready({ server, browser, person });
  });
}

/** The same with the tests' usual clients, and one browser in which somebody with two factors stays signed in. */
export function somebodySignedIn(ready: (signedIn: SignedIn) => void): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    ready({ server, browser, person });
  });
  afterAll(() => server.stop());
}
