import { EntityManager } from '@mikro-orm/core';
import sharp from 'sharp';
import { Passkey } from '../../src/mfa/passkey.entity.js';
import { Account } from '../../src/users/account.entity.js';
import { addEnrolled } from '../support/enrolled.js';
import { addPasskey } from '../support/passkeys.js';
import type { Person } from '../support/people.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import type { Tour } from './tour.js';
import { VirtualAuthenticator } from './virtual-authenticator.js';
import type { Window } from './window.js';

/** As long as names in real life are. */
const DISPLAY_NAME = 'Wilhelmina-Theodora von Hohenlohe-Waldenburg-Schillingsfürst';
const PASSKEY_NAME = 'Notebook of the department for dependable infrastructure';
const USERNAME = 'wilhelmina-theodora.von-hohenlohe-waldenburg';

/** Somebody with a long name and every kind of second factor; then with a passkey and no password. */
export async function factorPages(tour: Tour, somebody: Person): Promise<void> {
  const person = {
    ...somebody,
    username: `${USERNAME}.${somebody.username}`,
    email: `${USERNAME}.${somebody.email}`,
  };
  const { stage, window, visit } = tour;
  const { server } = stage;
  const authenticator = await VirtualAuthenticator.in(window);
  const account = await addEnrolled(server, person);
  const em = server.app.get(EntityManager);
  await em.fork().nativeUpdate(Account, { id: account.id }, { displayName: DISPLAY_NAME });

  await window.open('/dashboard/second-factor/passkeys/new');
  await authenticator.recognizes(false);
  await window.page.locator('#passkey').click();
  await window.page.getByRole('alert').waitFor();
  await visit('sign-in-passkey-failed');
  await window.signIn(person);
  server.clock.advance(30_000);
  await window.submit({ code: person.authenticator!.code(server.clock.now()) });
  await window.page.locator('#submit').click();
  await window.page.getByRole('alert').waitFor();
  await visit('passkey-new-failed');
  await authenticator.recognizes(true);
  await window.submit({ name: PASSKEY_NAME });
  await visit('second-factor-passkey-added');

  await addPasskey(server, account, new SoftwareAuthenticator(server.url, { synced: true, counts: false }));
  await addPasskey(server, account, new SoftwareAuthenticator(server.url, { verifiesUser: false }));
  const copied = await addPasskey(server, account, new SoftwareAuthenticator(server.url));
  await em.fork().nativeUpdate(Passkey, { id: copied.id }, { suspectSince: server.clock.now() });
  await window.open('/dashboard/second-factor');
  await window.page.locator('#open-rename-passkey-1').click();
  await visit('second-factor-many');
  await window.type('name-passkey-1', '');
  await window.press('rename-passkey-1');
  await visit('second-factor-rename-refused');
  await window.press('remove-passkey-1');
  await visit('factor-remove-passkey');
  await window.open('/dashboard');
  await visit('overview-suspect');

  await profileAndAddress(tour, person);

  await window.open('/dashboard/password');
  await visit('password-removable');
  await window.press('remove-password');
  await visit('remove-password');
  await window.press('submit');
  await visit('overview-password-removed');
  await window.open('/dashboard/password');
  await visit('password-none');
  await window.open('/dashboard/second-factor');
  await visit('second-factor-passwordless');
  await em.fork().nativeDelete(Passkey, { accountId: account.id, name: { $ne: PASSKEY_NAME } });
  await window.open('/dashboard/second-factor');
  await window.press('remove-passkey-1');
  await visit('factor-remove-last-way-in');

  await leaving(tour, person);
}

async function profileAndAddress({ window, visit }: Tour, person: Person): Promise<void> {
  await window.open('/dashboard/profile');
  await choosePicture(window, Buffer.from('<svg/>'));
  await visit('profile-picture-refused');
  const image = { create: { width: 90, height: 60, channels: 3 as const, background: 'teal' } };
  await choosePicture(window, await sharp(image).png().toBuffer());
  await visit('profile-picture');
  await window.submit({ username: '' });
  await visit('profile-refused');
  await window.open('/dashboard/email');
  await window.submit({ email: 'not an address' });
  await visit('email-refused');
  await window.submit({ email: `elsewhere.${person.username.split('.').at(-1)}@example.net` });
  await visit('email-sent');
}

async function choosePicture(window: Window, buffer: Buffer): Promise<void> {
  await window.page.locator('#picture').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer });
  await window.press('set-picture');
}

/** Deleting the account, and being able to keep it. */
async function leaving({ window, visit }: Tour, person: Person) {
  await window.open('/dashboard/delete');
  await window.submit({ username: 'somebody else' });
  await visit('delete-refused');
  await window.submit({ username: person.username });
  await visit('deletion-requested');
  await window.press('continue');
  await window.press('passkey');
  await visit('overview-leaving');
  await window.open('/dashboard/delete');
  await visit('delete-requested-already');
  await window.press('keep-account');
  await visit('overview-kept');
}
