import { readForm } from '../../http/form.js';
import { importedSeed, isWeakSeed, type Seed } from '../../mfa/seed.js';
import type { Account } from '../../users/account.entity.js';
import { attributeMistake } from '../../users/attributes.js';
import { ADDRESS_PARTS, DetailsForm, filledIn, kept, OWN_DETAILS } from '../../users/details.js';
import { hashRefusal } from '../../users/foreign-hash.js';
import { GROUP_NAME, isBuiltInGroup } from '../../users/groups.service.js';
import type { NewImportedAccount } from '../../users/imported-accounts.js';
import { ONE_LINE } from '../../users/profile.service.js';
import { RegistrationForm } from '../../users/registration.service.js';

/** A person as a file has them; each reader brings its own format into this form, and judges nothing. */
export interface ForeignUser {
  readonly username: string;
  readonly email: string;
  readonly isEmailVerified?: boolean;
  readonly isDisabled?: boolean;
  readonly displayName?: string | null;
  /** Standard claims by name; `address` and `phone_number` among them. */
  readonly details?: Record<string, unknown>;
  readonly attributes?: Record<string, unknown>;
  readonly groups?: readonly string[];
  /** A language tag. */
  readonly locale?: string | null;
  readonly passwordHash?: string | null;
  /** A hash that cannot be checked here is left out, and the person gets a new password; else it refuses the person. */
  readonly mayComeWithoutPassword?: boolean;
  readonly seeds?: readonly ForeignSeed[];
  /** What the operator should know although the person comes in. */
  readonly notes?: readonly string[];
}

export interface ForeignSeed {
  readonly name: string;
  /** base32 */
  readonly secret: string;
  /** Where they are not said, they are SHA-1, six digits and thirty seconds. */
  readonly algorithm?: string;
  readonly digits?: number;
  readonly period?: number;
}

/** What a reader found in one place of its file. `nobody`: what is no person, and is passed over. */
export type Found =
  | { readonly kind: 'user'; readonly user: ForeignUser }
  | { readonly kind: 'unreadable' | 'nobody'; readonly label: string; readonly reason: string };

/** Somebody who can come in unless the name or the address is taken. */
export interface Prepared {
  readonly account: NewImportedAccount;
  readonly seeds: readonly { readonly name: string; readonly seed: Seed }[];
  readonly groups: readonly string[];
  readonly notes: readonly string[];
}

const MOST_SEEDS = 10;
const MOST_GROUPS = 100;
const LONGEST_ATTRIBUTES = 16_384;

/**
 * The rules of the registration page and of the shell, applied to what another program kept. Somebody of whom a part would
 * have to be left out is refused as a whole: a person with a second factor does not come in without it.
 * @returns the reason of a refusal
 */
export function prepare(user: ForeignUser, languages: readonly string[]): Prepared | string {
  const { username, email } = user;
  const submitted = readForm(RegistrationForm, { username, email, password: '' });
  if (!submitted.valid) return 'username' in submitted.errors ? 'unusable-username' : 'unusable-email';
  const displayName = user.displayName?.normalize('NFKC').trim() || null;
  if (displayName !== null && !ONE_LINE.test(displayName)) return 'unusable-display-name';

  const refusal = user.passwordHash == null ? undefined : hashRefusal(user.passwordHash);
  if (refusal && !user.mayComeWithoutPassword) return refusal;
  const passwordHash = refusal ? null : (user.passwordHash ?? null);

  const seeds = user.seeds ?? [];
  if (seeds.length > MOST_SEEDS) return 'too-many-seeds';
  const read = seeds.map(({ name, secret, ...how }) => ({ name, seed: importedSeed(secret, how) }));
  for (const { seed } of read) if ('refusal' in seed) return seed.refusal;
  const usable = read as { name: string; seed: Seed }[];
  if (seeds.some(({ name }) => name.length > 60 || !ONE_LINE.test(name))) return 'unusable-seed-name';

  const groups = [...new Set(user.groups ?? [])];
  if (groups.length > MOST_GROUPS || !groups.every((name) => GROUP_NAME.test(name))) return 'unusable-group';
  if (groups.some(isBuiltInGroup)) return 'built-in-group';

  const facts = readDetails(user.details ?? {});
  const attributes = user.attributes ?? {};
  if (!facts) return 'unusable-details';
  if (Object.entries(attributes).some(([name, value]) => attributeMistake(name, value) !== undefined))
    return 'unusable-attribute';
  if (JSON.stringify(attributes).length > LONGEST_ATTRIBUTES) return 'unusable-attribute';

  return {
    account: {
      username: submitted.form.username,
      email: submitted.form.email,
      isEmailVerified: user.isEmailVerified ?? false,
      isDisabled: user.isDisabled ?? false,
      displayName,
      passwordHash,
      ...facts,
      locale: languageOf(user, languages) ?? null,
      attributes: Object.keys(attributes).length > 0 ? attributes : null,
    },
    seeds: usable,
    groups,
    notes: [
      ...(user.notes ?? []),
      ...(user.locale && !languageOf(user, languages) ? [`language-not-known: ${user.locale}`] : []),
      ...(usable.some(({ seed }) => isWeakSeed(seed)) ? ['weak-seed'] : []),
      ...(refusal ? [`password-not-carried-over: ${refusal}`] : []),
      ...(passwordHash === null ? ['no-password'] : []),
    ],
  };
}

/** One of ours, for `de-AT` too. */
function languageOf({ locale }: ForeignUser, languages: readonly string[]): string | undefined {
  const wanted = locale?.toLowerCase().split(/[-_]/)[0];
  return languages.find((each) => each === wanted);
}

/** By the form on which people fill them in. */
export function readDetails(said: Record<string, unknown>): ReturnType<typeof kept> | undefined {
  const { address = null, phone_number: phoneNumber = null, ...details } = said;
  const isOf = (names: readonly string[], values: unknown) =>
    values === null ||
    (typeof values === 'object' &&
      Object.entries(values).every(([name, value]) => names.includes(name) && typeof value === 'string'));
  if (!isOf(Object.values(OWN_DETAILS), details) || !isOf(Object.values(ADDRESS_PARTS), address))
    return undefined;
  if (phoneNumber !== null && typeof phoneNumber !== 'string') return undefined;
  const submitted = readForm(DetailsForm, filledIn({ details, address, phoneNumber } as Account));
  return submitted.valid ? kept(submitted.form) : undefined;
}
