import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asObject, CarriedOver, text, texts } from './carried-over.js';
import { ImportFailure } from './failures.js';
import type { Found } from './foreign-user.js';
import { itemsOf } from './json-lists.js';
import { readCredentials } from './keycloak-credentials.js';

/** Names by which Keycloak's mappers know the standard claims, where they are called otherwise. */
const CLAIMS: Record<string, string> = {
  middleName: 'middle_name',
  nickname: 'nickname',
  profile: 'profile',
  website: 'website',
  gender: 'gender',
  birthdate: 'birthdate',
  phoneNumber: 'phone_number',
  phone_number: 'phone_number',
  phone: 'phone_number',
};

/** Everybody has these: they say nothing about anybody. */
const ROLE_OF_ALL = /^(?:default-roles-.*|offline_access|uma_authorization)$/;
/** What waits for a person at their next sign-in, and is heeded below. */
const HEEDED = ['UPDATE_PASSWORD', 'VERIFY_EMAIL'];

/**
 * What `kc.sh export` writes: one file of a realm with its people in it, or a folder with `NAME-realm.json` and
 * `NAME-users-0.json`, ….
 */
export async function* readKeycloak(
  path: string,
  { rolesAsGroups }: { readonly rolesAsGroups: boolean },
): AsyncGenerator<Found> {
  let people = 0;
  let isRealm = false;
  for (const file of keycloakFiles(path))
    for await (const { list, value } of itemsOf(file, ['users', 'federatedUsers', 'clients'])) {
      isRealm = true;
      // What the console exports ("partial") has applications, and nobody in it.
      if (list === 'clients') continue;
      people++;
      const user = asObject(value);
      const label = `person ${people}`;
      if (!user) yield { kind: 'unreadable', label, reason: 'not-json' };
      else if (list === 'federatedUsers')
        yield { kind: 'nobody', label, reason: 'kept-in-another-directory' };
      else yield found(user, label, rolesAsGroups);
    }
  if (!isRealm) throw new ImportFailure('other-format', 'there are neither users nor clients in it');
}

/** The files that belong to one realm, people in the order of their numbers. */
export function keycloakFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const parts = readdirSync(path).flatMap((name) => {
    const [, realm, part] = /^(.+)-(realm|(?:federated-)?users-\d{1,6})\.json$/.exec(name) ?? [];
    return realm === undefined ? [] : [{ name, realm, part: part! }];
  });
  if (new Set(parts.map(({ realm }) => realm)).size > 1)
    throw new ImportFailure(
      'several-realms',
      'the folder has the files of several realms: keep those of one',
    );
  if (parts.length === 0) throw new ImportFailure('other-format', 'no file in the folder is a realm');
  const number = ({ part }: { part: string }) => Number(/\d+$/.exec(part)?.[0] ?? -1);
  return parts.sort((a, b) => number(a) - number(b)).map(({ name }) => join(path, name));
}

function found(user: Record<string, unknown>, place: string, rolesAsGroups: boolean): Found {
  const name = text(user['username']);
  const label = name ?? place;
  const unreadable = (reason: string): Found => ({ kind: 'unreadable', label, reason });
  if (user['serviceAccountClientId'] !== undefined)
    return { kind: 'nobody', label, reason: 'service-account' };
  if (name === undefined) return unreadable('unusable-username');
  const email = text(user['email']);
  if (email === undefined) return unreadable('unusable-email');

  const { passwordHash, seeds, lost, notes } = readCredentials(user['credentials']);
  // Nobody comes in by the password alone who needs more where they come from.
  if (lost.length > 0 && seeds.length === 0) return unreadable('second-factor-withheld');
  const carried = new CarriedOver();
  carried.note(...notes, ...lost.map((what) => `${what}-not-carried-over`));

  const actions = texts(user['requiredActions']);
  const isToBeChanged = actions.includes('UPDATE_PASSWORD');
  if (isToBeChanged) carried.note('password-was-to-be-changed');
  for (const action of actions)
    if (!HEEDED.includes(action)) carried.note(`required-action-left-out: ${action}`);

  const locale = facts(user, carried);
  const roles = texts(user['realmRoles']).filter((role) => !ROLE_OF_ALL.test(role));
  for (const path of texts(user['groups'])) carried.group(path.replace(/^\//, ''));
  if (rolesAsGroups) for (const role of roles) carried.group(role);
  else if (roles.length > 0) carried.note(`roles-left-out: ${roles.join(', ')}`);
  const clientRoles = Object.keys(asObject(user['clientRoles']) ?? {});
  if (clientRoles.length > 0) carried.note(`client-roles-left-out: ${clientRoles.join(', ')}`);
  if (Array.isArray(user['federatedIdentities']) && user['federatedIdentities'].length > 0)
    carried.note('other-providers-left-out');
  if (user['federationLink'] !== undefined) carried.note('password-kept-in-another-directory');

  return {
    kind: 'user',
    user: {
      username: carried.username(name),
      email,
      isEmailVerified: user['emailVerified'] === true && !actions.includes('VERIFY_EMAIL'),
      // Anything but a plain yes: whoever may not come in there does not come in here.
      isDisabled: user['enabled'] !== true,
      locale: locale ?? null,
      passwordHash: isToBeChanged ? null : (passwordHash ?? null),
      mayComeWithoutPassword: true,
      seeds,
      ...carried.facts,
    },
  };
}

/** @returns the language */
function facts(user: Record<string, unknown>, carried: CarriedOver): string | undefined {
  const [given, family] = [text(user['firstName']), text(user['lastName'])];
  carried.name([given, family].filter(Boolean).join(' '));
  carried.detail('given_name', given);
  carried.detail('family_name', family);
  const { locale, ...attributes } = asObject(user['attributes']) ?? {};
  for (const [name, values] of Object.entries(attributes)) {
    const list = texts(values);
    const value = list.length > 1 ? list : list[0];
    if (Object.hasOwn(CLAIMS, name)) carried.detail(CLAIMS[name]!, value);
    else carried.attribute(name, value);
  }
  return texts(locale)[0];
}
