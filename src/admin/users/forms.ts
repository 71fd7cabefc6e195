import { Transform } from 'class-transformer';
import { IsEmail, IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from '../../http/rules.js';
import type { FieldErrors, Submitted } from '../../http/form.js';
import { readAttribute } from '../../users/attributes.js';
import { EMAIL, tidied } from '../../users/identifiers.js';
import type { Role } from '../../users/operators.service.js';

/** What the page of an action asks for, beside being sure. */
export type Asked = 'reason' | 'email' | 'group' | 'own-group' | 'role' | 'attribute' | 'own-attribute';

const trimmed = ({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value);

/** Empty: a link is shown, and nothing is sent. */
export class InviteForm {
  @Transform((params) => tidied(params) || undefined)
  @MaxLength(254, { message: 'form.email' })
  @IsEmail(EMAIL, { message: 'form.email' })
  @IsOptional()
  email?: string;
}

/** What the page of an action sends: only what it asked for, which `missing` looks at. */
export class ActionFields {
  @Transform(trimmed)
  @MaxLength(300, { message: 'user-action.reason-long' })
  @IsNotEmpty({ message: 'user-action.reason-missing' })
  @IsString({ message: 'user-action.reason-missing' })
  @IsOptional()
  reason?: string;

  @Transform(tidied)
  @MaxLength(254, { message: 'form.email' })
  @IsEmail(EMAIL, { message: 'form.email' })
  @IsOptional()
  email?: string;

  @MaxLength(64, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  @IsOptional()
  group?: string;

  @Matches(/^(operator|help-desk|none)$/, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  @IsOptional()
  role?: string;

  @Transform(trimmed)
  @MaxLength(100, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  @IsOptional()
  attribute?: string;

  @Transform(trimmed)
  @MaxLength(2000, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  @IsOptional()
  value?: string;
}

export interface ActionForm extends ActionFields {
  /** Of an attribute: JSON, or else the text. */
  readonly parsed?: unknown;
}

const FIELD: Record<Asked, keyof ActionFields> = {
  reason: 'reason',
  email: 'email',
  group: 'group',
  'own-group': 'group',
  role: 'role',
  attribute: 'attribute',
  'own-attribute': 'attribute',
};
const MISSING: Partial<Record<keyof ActionFields, string>> = {
  reason: 'user-action.reason-missing',
  email: 'form.email',
};

/** The form as its action asks for it, or what is wrong with it. */
export function checked(
  submitted: Submitted<ActionFields>,
  asks: readonly Asked[],
): { readonly form: ActionForm } | { readonly values: Record<string, string>; readonly errors: FieldErrors } {
  if (!submitted.valid) return { values: submitted.values, errors: submitted.errors };
  const { form } = submitted;
  const values = Object.fromEntries(
    Object.entries(form).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  for (const asked of asks) {
    const field = FIELD[asked];
    if (!form[field]) return { values, errors: { [field]: MISSING[field] ?? 'form.unusable' } };
  }
  if (!asks.includes('attribute')) return { form };
  const read = readAttribute(form.attribute!, form.value ?? '');
  if ('value' in read && form.value) return { form: { ...form, parsed: read.value } };
  const mistake = 'mistake' in read ? read.mistake : '';
  return { values, errors: { value: { key: 'user-action.attribute-refused', params: { mistake } } } };
}

export function isRole(role: string | undefined): role is Role {
  return role === 'operator' || role === 'help-desk';
}
