import type { DeclaredClient } from './clients-file.js';

/** A field of something declared, as it is and as it would be; `undefined`: not there. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What applying the file would do to one client, API, group … */
export interface Change {
  /** The section of the file. */
  readonly section: string;
  readonly name: string;
  readonly action: 'add' | 'change' | 'remove';
  readonly fields: FieldChange[];
}

interface Thing {
  readonly section: string;
  readonly name: string;
  readonly fields: Record<string, unknown>;
  /** Compared, but never shown. */
  readonly secrets: Readonly<Record<string, string | undefined>>;
}

type Stored = Omit<DeclaredClient, 'line'>;

/** What the database has of what the file declares. */
export interface StoredFile {
  readonly clients: Stored[];
  readonly declarations: readonly {
    kind: string;
    name: string;
    body: Record<string, unknown>;
    secrets?: Thing['secrets'];
  }[];
}

/** The difference between what is stored and what is declared, by section and name. No secret is in it. */
export function plan(stored: StoredFile, declared: StoredFile): Change[] {
  const before = new Map(things(stored).map((thing) => [key(thing), thing]));
  const after = new Map(things(declared).map((thing) => [key(thing), thing]));
  const keys = [...new Set([...after.keys(), ...before.keys()])].sort();
  return keys.flatMap((each) => change(before.get(each), after.get(each)));
}

/** The plan in words: one line for what comes, changes or goes, and one below it for each field that changes. */
export function inWords(changes: readonly Change[]): string {
  if (changes.length === 0) return 'nothing changes: the database says what the file says';
  return changes
    .flatMap(({ section, name, action, fields }) => [
      `${{ add: '+', change: '~', remove: '-' }[action]} ${section} ${JSON.stringify(name)}`,
      ...fields.map(({ field, before, after }) => `    ${field}: ${shown(before)} -> ${shown(after)}`),
    ])
    .join('\n');
}

function change(before: Thing | undefined, after: Thing | undefined): Change[] {
  const { section, name } = (after ?? before)!;
  if (!after) return [{ section, name, action: 'remove', fields: [] }];
  if (!before) return [{ section, name, action: 'add', fields: [] }];
  const fields = fieldChanges(before.fields, after.fields);
  const secrets = Object.keys(after.secrets)
    .filter((field) => before.secrets[field] !== after.secrets[field])
    .map((field): FieldChange => ({
      field,
      before: hidden(before.secrets[field]),
      after: hidden(after.secrets[field], 'another one'),
    }));
  return fields.length + secrets.length > 0
    ? [{ section, name, action: 'change', fields: [...fields, ...secrets] }]
    : [];
}

/** Which fields of something are not as they were. */
export function fieldChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FieldChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => canonical(before[field]) !== canonical(after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

function things({ clients, declarations }: StoredFile): Thing[] {
  return [
    ...clients.map(({ id, metadata, logo, secret, previousSecret }) => ({
      section: 'clients',
      name: id,
      fields: { ...metadata, ...(logo === undefined ? {} : { logo_file: summary(logo) }) },
      secrets: { client_secret: secret, previous_client_secret: previousSecret },
    })),
    ...declarations.map(({ kind, name, body, secrets = {} }) => ({
      section: kind,
      name,
      fields: body,
      secrets,
    })),
  ];
}

function key({ section, name }: Thing): string {
  return `${section} ${name}`;
}

/** A database may keep the members of a map in another order. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each: unknown) =>
      each !== null && typeof each === 'object' && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? 'undefined'
  );
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}

function hidden(secret: string | undefined, word = 'one'): string | undefined {
  return secret === undefined ? undefined : `(${word}, not shown)`;
}

/** A picture is compared as a whole and shown by its kind and size. */
function summary(logo: string): string {
  const [type = ''] = logo.slice('data:'.length).split(';');
  return `${type}, ${logo.length} characters, ends ${logo.slice(-12)}`;
}
