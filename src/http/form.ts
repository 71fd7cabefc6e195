import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { Validator } from './rules.js';
import type { Request } from 'express';

/** What a person submitted: usable, or with a message key per field and what was typed, to be shown again. */
export type Submitted<T extends object> =
  | { readonly valid: true; readonly form: T }
  | { readonly valid: false; readonly values: Record<string, string>; readonly errors: FieldErrors };

/** Message keys by field; `form` is for what belongs to no field. */
export type FieldErrors = Record<string, MessageRef>;
export type MessageRef = string | { readonly key: string; readonly params: Record<string, string | number> };

const validator = new Validator();

/** Typed again by nobody but their owner. */
const NEVER_SHOWN_AGAIN = new Set(['password', 'current', 'code', 'credential']);

/** Validates a body against a form class that stands beside its route. Unknown, repeated and structured fields are refused. */
export function readForm<T extends object>(type: ClassConstructor<T>, body: unknown): Submitted<T> {
  const plain = { ...(body as Record<string, unknown> | undefined) };
  // The library passes over names that every object has; nobody's form has such fields.
  if (Object.keys(plain).some((name) => name in Object.prototype)) {
    return { valid: false, values: shownAgain(plain), errors: { form: 'form.unexpected' } };
  }
  const form = plainToInstance(type, plain);
  const failures = validator.validateSync(form, {
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
  });
  if (failures.length === 0) return { valid: true, form };

  const errors: FieldErrors = {};
  for (const { property, constraints = {} } of failures) {
    if ('whitelistValidation' in constraints) errors['form'] = 'form.unexpected';
    else errors[property] = Object.values(constraints)[0] ?? 'form.unusable';
  }
  return { valid: false, values: shownAgain(plain), errors };
}

/** What may be put back into the fields of a form. */
export function shownAgain(form: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(form).filter(
      ([name, value]) => typeof value === 'string' && !NEVER_SHOWN_AGAIN.has(name),
    ) as [string, string][],
  );
}

/** The submitted form of this request, validated: `@Form(RegistrationForm) submitted: Submitted<RegistrationForm>`. */
export const Form = createParamDecorator((type: ClassConstructor<object>, context: ExecutionContext) =>
  readForm(type, context.switchToHttp().getRequest<Request>().body),
);
