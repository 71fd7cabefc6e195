/**
 * What a value has to look like: one description gives its type, its check (schema.check.ts) and its part of the document
 * (openapi.ts), so that none of them can say something else than the others.
 */
export interface Json {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly items?: Json;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Json;
  /** The name under which the document keeps it once for all. */
  readonly name?: string;
  readonly examples?: readonly unknown[];
}

export interface Schema<T, Optional extends boolean = false> {
  readonly json: Json;
  readonly optional: Optional;
  /** Only a type: what fits. */
  readonly fits?: T;
}

export type Any = Schema<unknown, boolean>;
export type Of<S> = S extends Schema<infer T, boolean> ? T : never;

type Fields = Readonly<Record<string, Any>>;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Schema<unknown, true> ? K : never }[keyof F];
export type OfFields<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Of<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Of<F[K]>;
};

const schema = <T>(json: Json): Schema<T> => ({ json, optional: false });

/** Control characters are no part of a name or an address, and some databases cannot even keep them. */
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f]*$';

export const text = (more: Json = {}): Schema<string> =>
  schema({ type: 'string', maxLength: 1000, pattern: ONE_LINE, ...more });
export const integer = (minimum: number, maximum: number, more: Json = {}): Schema<number> =>
  schema({ type: 'integer', minimum, maximum, ...more });
export const flag = (description: string): Schema<boolean> => schema({ type: 'boolean', description });
export const among = <const T extends string>(choices: readonly T[], description?: string): Schema<T> =>
  schema({ type: 'string', enum: choices, ...(description ? { description } : {}) });
/** RFC 3339, always in UTC. */
export const moment = (description: string): Schema<string> =>
  schema({ type: 'string', format: 'date-time', description });
/** Any JSON at all. */
export const anything = (description: string): Schema<unknown> => schema({ description });

export const listOf = <S extends Any>(items: S, more: Json = {}): Schema<readonly Of<S>[]> =>
  schema({ type: 'array', items: items.json, ...more });
export const mapOf = <S extends Any>(
  values: S,
  description: string,
): Schema<Readonly<Record<string, Of<S>>>> =>
  schema({ type: 'object', additionalProperties: values.json, description });

export const optional = <T>({ json }: Schema<T>): Schema<T, true> => ({ json, optional: true });
export const nullable = <T>({ json }: Schema<T>): Schema<T | null> =>
  schema({
    ...json,
    ...(json.type === undefined ? {} : { type: [json.type, 'null'].flat() }),
    ...(json.enum ? { enum: [...json.enum, null] } : {}),
  });

/** An object with these fields and no others. */
export function shape<F extends Fields>(name: string, fields: F, description?: string): Schema<OfFields<F>> {
  return schema({
    name,
    type: 'object',
    ...(description ? { description } : {}),
    properties: Object.fromEntries(Object.entries(fields).map(([key, { json }]) => [key, json])),
    required: Object.entries(fields)
      .filter(([, field]) => !field.optional)
      .map(([key]) => key),
    additionalProperties: false,
  });
}

/** A page of a list that is read by key: `next` is what to pass as `after` for the one that follows. */
export const pageOf = <S extends Any>(name: string, items: S) =>
  shape(name, {
    items: listOf(items),
    next: nullable(
      text({ description: 'What to pass as `after` for the next page; null: this is the last one' }),
    ),
  });
