import { usernameKey } from '../../users/identifiers.js';
import { readAutheliaKeyHolders, readAutheliaSeeds, type SeedsByOwner } from './authelia-factors.js';
import { asObject, CarriedOver, text, texts } from './carried-over.js';
import { ImportFailure } from './failures.js';
import type { Found } from './foreign-user.js';
import { readPlainYaml } from './plain-yaml.js';

/** In which files the second factors stand; `NOBODY` has any; undefined: that was not said. */
export interface AutheliaFactors {
  readonly totp: string | undefined;
  readonly webauthn: string | undefined;
}
/** No name of a file. */
export const NOBODY = '\0';

const OWN = [
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'profile',
  'website',
  'gender',
  'birthdate',
];
const HEEDED = [
  'disabled',
  'displayname',
  'password',
  'email',
  'groups',
  'locale',
  'address',
  'phone_number',
  'extra',
];
const NO = ['', 'false', 'False', 'FALSE', 'null', '~'];

/** Authelia's `users.yml`. */
export function* readAuthelia(file: string, factors: AutheliaFactors): Generator<Found> {
  const { totp, webauthn } = factors;
  if (totp === undefined || webauthn === undefined)
    throw new ImportFailure(
      'second-factors-unknown',
      'the users file does not say who has a second factor: say --totp <file> and --webauthn <file> of "authelia storage user totp export" and "… webauthn export", or --no-totp and --no-webauthn where nobody has any',
    );
  const seeds: SeedsByOwner = totp === NOBODY ? new Map<string, never>() : readAutheliaSeeds(totp);
  const keyHolders = webauthn === NOBODY ? new Set<string>() : readAutheliaKeyHolders(webauthn);
  const users = asObject(readPlainYaml(file)['users']);
  if (!users) throw new ImportFailure('other-format', 'there are no users in it');
  for (const [name, facts] of Object.entries(users)) {
    const user = asObject(facts);
    const key = usernameKey(name);
    const own = seeds.get(key) ?? [];
    seeds.delete(key);
    if (!user) yield { kind: 'unreadable', label: name, reason: 'unusable-field' };
    // Nobody comes in by the password alone who needs more where they come from.
    else if (keyHolders.has(key) && own.length === 0)
      yield { kind: 'unreadable', label: name, reason: 'second-factor-withheld' };
    else yield found(name, user, own, keyHolders.has(key));
  }
  for (const label of seeds.keys()) yield { kind: 'nobody', label, reason: 'seed-of-nobody' };
}

function found(
  name: string,
  user: Record<string, unknown>,
  seeds: NonNullable<ReturnType<SeedsByOwner['get']>>,
  hasKeys: boolean,
): Found {
  const [email, ...addresses] = Array.isArray(user['email']) ? texts(user['email']) : [text(user['email'])];
  if (email === undefined) return { kind: 'unreadable', label: name, reason: 'unusable-email' };
  const carried = new CarriedOver();
  if (hasKeys) carried.note('passkeys-not-carried-over');
  for (const address of addresses) carried.note(`address-left-out: ${address}`);
  for (const claim of OWN) carried.detail(claim, user[claim]);
  carried.detail('phone_number', user['phone_number']);
  carried.detail('address', user['address']);
  carried.name(text(user['displayname']) ?? '');
  for (const group of texts(user['groups'])) carried.group(group);
  const others = Object.entries(user).filter(([claim]) => ![...OWN, ...HEEDED].includes(claim));
  for (const [claim, value] of [...others, ...Object.entries(asObject(user['extra']) ?? {})])
    carried.attribute(claim, value);
  return {
    kind: 'user',
    user: {
      username: carried.username(name),
      email,
      // It never makes sure of an address: the operator wrote it down.
      isEmailVerified: false,
      // Anything but a plain no.
      isDisabled: user['disabled'] !== undefined && !NO.includes(user['disabled'] as string),
      locale: text(user['locale']) ?? null,
      passwordHash: text(user['password'])?.replace(/^\{CRYPT\}/, '') ?? null,
      mayComeWithoutPassword: true,
      seeds,
      ...carried.facts,
    },
  };
}
