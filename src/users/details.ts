import { Transform } from 'class-transformer';
import { IsString, Matches, ValidateBy } from '../http/rules.js';
import type { Account } from './account.entity.js';
import { tidied } from './identifiers.js';
import { ONE_LINE } from './profile.service.js';

/** The standard claims that people fill in themselves (OpenID Connect Core, section 5.1), by the field of the form. */
export const OWN_DETAILS = {
  givenName: 'given_name',
  middleName: 'middle_name',
  familyName: 'family_name',
  nickname: 'nickname',
  gender: 'gender',
  birthdate: 'birthdate',
  profilePage: 'profile',
  website: 'website',
} as const;

/** The members of an address (section 5.1.1), by the field of the form; `formatted` is made of them. */
export const ADDRESS_PARTS = {
  street: 'street_address',
  postalCode: 'postal_code',
  locality: 'locality',
  region: 'region',
  country: 'country',
} as const;

/** E.164: a plus, the country's code, and at most 15 digits in all. */
export const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;

const spoken = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.replace(/[\s()/.\u2010-\u2015-]/g, '') : value;

const check = (name: string, message: string, fits: (value: string) => boolean) =>
  ValidateBy(
    { name, validator: { validate: (value: unknown) => typeof value === 'string' && fits(value) } },
    { message },
  );

const isDay = (value: string) =>
  value === '' ||
  (/^\d{4}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString().startsWith(value));

const isWebAddress = (value: string) =>
  value === '' || (value.length <= 300 && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol));

const Line = () => (target: object, field: string) => {
  IsString({ message: 'form.unusable' })(target, field);
  Matches(ONE_LINE, { message: 'form.one-line' })(target, field);
  Transform(tidied)(target, field);
};
const WebAddress = () => (target: object, field: string) => {
  check('webAddress', 'form.web-address', isWebAddress)(target, field);
  Transform(tidied)(target, field);
};

/** What applications may ask for beside the name, as the person fills it in; an empty field is nothing said. */
export class DetailsForm {
  @Line() givenName!: string;
  @Line() middleName!: string;
  @Line() familyName!: string;
  @Line() nickname!: string;
  @Line() gender!: string;

  @Transform(tidied)
  @check('day', 'form.birthdate', isDay)
  birthdate!: string;

  @WebAddress() profilePage!: string;
  @WebAddress() website!: string;

  @Transform(spoken)
  @check('phoneNumber', 'form.phone-number', (value) => value === '' || PHONE_NUMBER.test(value))
  phoneNumber!: string;

  @Line() street!: string;
  @Line() postalCode!: string;
  @Line() locality!: string;
  @Line() region!: string;
  @Line() country!: string;
}

/** What the form says, as it is kept; null where nothing is said. */
export function kept(form: DetailsForm) {
  return {
    details: said(form, OWN_DETAILS),
    address: said(form, ADDRESS_PARTS),
    phoneNumber: form.phoneNumber || null,
  };
}

/** The form as it was filled in last. */
export function filledIn({ details, address, phoneNumber }: Account): Record<string, string> {
  const fields = (names: Record<string, string>, values: Record<string, string> | null | undefined) =>
    Object.entries(names).map(([field, name]): [string, string] => [field, values?.[name] ?? '']);
  return {
    ...Object.fromEntries<string>([...fields(OWN_DETAILS, details), ...fields(ADDRESS_PARTS, address)]),
    phoneNumber: phoneNumber ?? '',
  };
}

function said(form: DetailsForm, names: Record<string, string>): Record<string, string> | null {
  const values = Object.entries(names)
    .map(([field, name]) => [name, form[field as keyof DetailsForm]] as const)
    .filter(([, value]) => value !== '');
  return values.length > 0 ? Object.fromEntries(values) : null;
}
