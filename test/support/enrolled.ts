import { Authenticators } from '../../src/mfa/authenticators.service.js';
import { BackupCodes } from '../../src/mfa/backup-codes.service.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import type { Account } from '../../src/users/account.entity.js';
import { Authenticator } from './authenticator.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

let count = 0;

/** Somebody of whom nothing is known yet: a test that changes a person takes one of its own. */
export function somebody(): Person {
  const username = `person${++count}`;
  return { username, email: `${username}@example.org`, password: 'copper kites over harbour' };
}

/** Makes an account with an authenticator directly; journeys that are about enrolment use the pages. */
export async function addEnrolled(server: TestServer, person: Person): Promise<Account> {
  const account = await server.addPerson(person);
  await enrol(server, person, account);
  return account;
}

/** @param account as it is now: an enrolment is refused when the factors were changed since it was read */
export async function enrol(server: TestServer, person: Person, account: Account): Promise<void> {
  const secondFactors = server.app.get(SecondFactors);
  person.authenticator = new Authenticator(
    server.app.get(Authenticators).offer(account, 'made by a test').secret,
  );
  const code = person.authenticator.code(server.clock.now());
  const outcome = await secondFactors.enrol(account, 'made by a test', { code });
  if (outcome.kind !== 'enrolled') throw new Error(outcome.kind);
  person.backupCodes = outcome.codes ?? person.backupCodes;
  await server.app.get(BackupCodes).endSetUp(account.id, person.backupCodes![0]!);
}
