import { EntityManager } from '@mikro-orm/core';
import type { Passkey } from '../../src/mfa/passkey.entity.js';
import { Passkeys } from '../../src/mfa/passkeys.service.js';
import type { Account } from '../../src/users/account.entity.js';
import type { TestServer } from './server.js';
import {
  SoftwareAuthenticator,
  type AuthenticatorOptions,
  type Deviations,
} from './software-authenticator.js';

/** Gives an account a passkey directly; journeys that are about adding one use the pages. */
export async function addPasskey(
  server: TestServer,
  account: Account,
  authenticator: SoftwareAuthenticator,
  how: Deviations = {},
): Promise<Passkey> {
  const passkeys = server.app.get(Passkeys);
  const made = authenticator.create(await passkeys.creationOptions(account, 'made by a test'), how);
  const verdict = await passkeys.verifyCreation(account, 'made by a test', made);
  if (verdict.kind !== 'verified') throw new Error(verdict.reason);
  const em = server.app.get(EntityManager).fork();
  const id = await em.transactional((within) =>
    passkeys.insertWithin(within, account.id, '', verdict.credential, server.clock.now()),
  );
  return (await passkeys.list(account.id)).find((each) => each.id === id)!;
}

/** An authenticator that holds a passkey of the account. */
export async function authenticatorOf(
  server: TestServer,
  account: Account,
  options: AuthenticatorOptions = {},
): Promise<SoftwareAuthenticator> {
  const authenticator = new SoftwareAuthenticator(server.url, options);
  await addPasskey(server, account, authenticator);
  return authenticator;
}
