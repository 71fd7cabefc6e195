import type { Authenticator } from './authenticator.js';
import { Browser } from './browser.js';
import { addEnrolled, somebody } from './enrolled.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

/** A form that stands open in somebody's browser, filled in so that it will be accepted. */
export interface OpenForm {
  readonly browser: Browser;
  readonly path: string;
  readonly fields: Record<string, string>;
  readonly person: Person;
}

export interface Form {
  readonly open: (server: TestServer) => Promise<OpenForm>;
  /** Where it leads, and what stands there, when it is accepted. */
  readonly accepted: RegExp;
}

export const CODES = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/;

export type Hands = Pick<OpenForm, 'browser' | 'person'>;

export function filledIn(
  { browser, person }: Hands,
  button: string,
  values: Record<string, string> = {},
): OpenForm {
  return { browser, person, ...browser.form(button, values) };
}

/** The form of a page that asks for a passkey. */
export function answered({ browser, person }: Hands, credential: string): OpenForm {
  const form = browser.page.html.querySelector('form[data-passkey]')!;
  return filledIn({ browser, person }, form.querySelector('button')!.id, { credential });
}

export function passkeyOptions({ browser }: Hands): string {
  return browser.page.html.querySelector('form[data-passkey]')!.getAttribute('data-options')!;
}

/** A code that nobody has used yet. */
export function nextCode(server: TestServer, authenticator: Authenticator): string {
  return authenticator.code(server.clock.now(), 1);
}

/** Somebody with a second factor, on a page of the account. */
export async function signedIn(
  server: TestServer,
  path: string,
  person: Person = somebody(),
): Promise<Hands> {
  if (!person.authenticator) await addEnrolled(server, person);
  const browser = new Browser(server);
  await browser.signIn(person);
  await browser.open(path);
  return { browser, person };
}
