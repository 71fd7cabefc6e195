import { Application } from './application.js';
import { Browser } from './browser.js';
import { addEnrolled, somebody } from './enrolled.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

/** A sign-in that stopped half-way, and the browser it stands open in. */
export interface HalfFinished {
  readonly browser: Browser;
  readonly person: Person;
  readonly application: Application;
  readonly uid: string;
}

/** The interaction that the page shown belongs to. */
export function uidOf(browser: Browser): string {
  const uid = /^\/interaction\/([^/?]+)/.exec(browser.page.path)?.[1];
  if (!uid) throw new Error(`${browser.page.path} is no page of an interaction`);
  return uid;
}

type Client = ConstructorParameters<typeof Application>[1];

async function begin(server: TestServer, client: Client, person: Person): Promise<HalfFinished> {
  const browser = new Browser(server);
  const application = new Application(server, client);
  await browser.open(application.authorizationUrl());
  return { browser, person, application, uid: uidOf(browser) };
}

export async function nothingProven(server: TestServer, client: Client = 'notes'): Promise<HalfFinished> {
  const person = somebody();
  await addEnrolled(server, person);
  return begin(server, client, person);
}

export async function secondFactorDue(server: TestServer, person = somebody()): Promise<HalfFinished> {
  if (!person.authenticator) await addEnrolled(server, person);
  const begun = await begin(server, 'notes', person);
  await begun.browser.enterPassword(person);
  return begun;
}

export async function enrolmentDue(server: TestServer): Promise<HalfFinished> {
  const person = somebody();
  await server.addPerson(person);
  const begun = await begin(server, 'bank', person);
  await begun.browser.enterPassword(person);
  return begun;
}

/** On a server whose application "photos" demands a confirmed address. */
export async function verificationDue(server: TestServer): Promise<HalfFinished> {
  const person = somebody();
  await server.addPerson(person);
  const begun = await begin(server, 'photos', person);
  await begun.browser.enterPassword(person);
  return begun;
}

export async function backupCodesUnconfirmed(server: TestServer): Promise<HalfFinished> {
  const begun = await enrolmentDue(server);
  await begun.browser.setUpAuthenticator(begun.person);
  return begun;
}

export async function consentDue(server: TestServer): Promise<HalfFinished> {
  const person = somebody();
  await addEnrolled(server, person);
  const begun = await begin(server, 'calendar', person);
  await begun.browser.enterPassword(person);
  await begun.browser.enterTotp(person);
  // Consent is an interaction of its own.
  return { ...begun, uid: uidOf(begun.browser) };
}

/** Everything is proven, and the provider has been told; the browser has not gone back to it. */
export async function answered(server: TestServer): Promise<HalfFinished> {
  const begun = await secondFactorDue(server);
  const { browser, person, uid } = begun;
  server.clock.advance(30_000);
  const { fields, path } = browser.form('submit', { code: person.authenticator!.code(server.clock.now()) });
  await browser.once('POST', path, fields);
  await browser.once('GET', `/interaction/${uid}`);
  return begun;
}
