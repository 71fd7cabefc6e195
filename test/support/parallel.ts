import { Application } from './application.js';
import { Browser } from './browser.js';
import { enrol, somebody } from './enrolled.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

export interface Ends {
  readonly person: Person;
  /** How many came to which end. */
  readonly ends: Record<string, number>;
}

/**
 * Sign-ins of one person that stand open in as many browsers, the password proven in each, and get the same code at the
 * same moment. The person has signed in before in every one of them: each has a budget of its own, so that it is the code
 * which decides and not the throttle.
 */
export async function parallelSignIns(
  server: TestServer,
  count: number,
  page: 'totp' | 'backup-code',
  codeOf: (person: Person) => string,
): Promise<Ends> {
  const person = somebody();
  const account = await server.addPerson(person);
  const begin = async (browser: Browser) => {
    await browser.open(new Application(server, 'notes').authorizationUrl({ prompt: 'login' }));
    await browser.enterPassword(person);
    return browser;
  };
  const browsers: Browser[] = [];
  // A few at a time: in a browser that is not known yet, each check counts against all the others until it has succeeded.
  while (browsers.length < count) {
    const some = Array.from({ length: Math.min(5, count - browsers.length) }, () =>
      begin(new Browser(server)),
    );
    browsers.push(...(await Promise.all(some)));
  }
  if (!browsers.every(({ sentTo }) => sentTo?.searchParams.has('code'))) throw new Error('not signed in');
  await enrol(server, person, account);
  server.clock.advance(60_000);

  const posts = await Promise.all(
    browsers.map(async (browser) => {
      await begin(browser);
      if (page === 'backup-code') await browser.click('use-backup-code');
      const { path, fields } = browser.form('submit', { code: codeOf(person) });
      return () => browser.post(path, fields);
    }),
  );
  await Promise.all(posts.map((post) => post()));

  const ends: Record<string, number> = {};
  for (const { sentTo, page: shown } of browsers) {
    const refused = shown.status === 422 ? 'refused' : `status ${shown.status}`;
    const end = sentTo?.searchParams.has('code') ? 'signed in' : refused;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  return { person, ends };
}
