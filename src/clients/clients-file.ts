import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Node } from 'yaml';
import { ConfigurationMistakes } from '../config/config.js';
import { CLIENT_FIELDS } from './client.fields.js';
import { clientMistakes, clientMetadata, type ClientsFileRules } from './client-rules.js';
import { FileReader, type Item } from './file-reader.js';
import { declarationMistakes } from './declaration-rules.js';
import { SECTIONS, type Section, type SectionName } from './sections.js';

/** A declared client, ready to be stored. The names of the metadata are those of RFC 7591 and OpenID Connect Registration. */
export interface DeclaredClient {
  readonly id: string;
  readonly secret: string | undefined;
  readonly previousSecret: string | undefined;
  readonly metadata: Record<string, unknown>;
  /** A data: URL. */
  readonly logo: string | undefined;
  /** For messages: where the client begins in the file. */
  readonly line: number;
}

/** Something else that is declared: an API, a group, a claim, a type of authorization details. */
export interface Declaration {
  readonly kind: SectionName;
  readonly name: string;
  readonly body: Record<string, unknown>;
  /** What is sealed of it, by field. */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  readonly line: number;
  readonly lineOf?: (field: string) => number;
}

export interface DeclaredFile {
  readonly clients: DeclaredClient[];
  readonly declarations: Declaration[];
}

const LOGO_TYPES: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
};
const LOGO_MAX_BYTES = 64 * 1024;
const SECRETS = ['client_secret', 'previous_client_secret'];

/**
 * Reads and checks the clients file.
 * @throws ConfigurationMistakes naming each mistake with its line and its mend
 */
export function readClientsFile(file: string, rules: ClientsFileRules = {}): DeclaredFile {
  const reader = new FileReader(file);
  const lists = reader.lists(['clients', ...Object.keys(SECTIONS)]);
  const declarations = Object.keys(SECTIONS).flatMap((kind) =>
    (lists.get(kind) ?? []).flatMap((node) => declaration(reader, kind as SectionName, node)),
  );
  const clients = (lists.get('clients') ?? []).flatMap((node) => client(reader, node, rules, declarations));
  for (const each of declarations)
    for (const { field, what } of declarationMistakes(each, declarations, clients, rules))
      reader.mistake((field && each.lineOf?.(field)) || each.line, what);
  refuseDuplicates(reader, clients, declarations);
  refuseUnknownClients(reader, clients, declarations);
  if (reader.mistaken > 0) throw new ConfigurationMistakes(reader.mistakes);
  return { clients, declarations };
}

function declaration(reader: FileReader, kind: SectionName, node: Node): Declaration[] {
  const { key, item: what, fields, required, secrets: sealed = [] }: Section = SECTIONS[kind];
  const before = reader.mistaken;
  const item = reader.item(node, what, key, fields);
  for (const field of required)
    if (item && !item.has(field)) reader.mistake(item.line, `${field} is missing`);
  if (!item || reader.mistaken > before) return [];
  const secrets = Object.fromEntries(sealed.map((field) => [field, secretOf(reader, item, field)]));
  if (reader.mistaken > before) return [];
  const { line, lineOf } = item;
  const hidden = sealed.flatMap((field) => [field, `${field}_file`]);
  const body = Object.fromEntries(Object.entries(item.fields).filter(([field]) => !hidden.includes(field)));
  return [{ kind, name: item.fields[key] as string, body, secrets, line, lineOf }];
}

function client(
  reader: FileReader,
  node: Node,
  rules: ClientsFileRules,
  declarations: Declaration[],
): DeclaredClient[] {
  const before = reader.mistaken;
  const item = reader.item(node, 'client', 'client_id', CLIENT_FIELDS);
  if (!item) return [];
  for (const { field, what } of clientMistakes(item, rules, declarations))
    reader.mistake(field ? item.lineOf(field) : item.line, what);
  const [secret, previousSecret] = SECRETS.map((field) => secretOf(reader, item, field));
  const logo = item.fields['logo_file'] ? logoOf(reader, item) : undefined;
  if (reader.mistaken > before) return [];
  const id = item.fields['client_id'] as string;
  return [
    {
      id,
      secret,
      previousSecret,
      logo,
      line: item.line,
      metadata: clientMetadata(item.fields, rules, declarations),
    },
  ];
}

/** Written into the clients file, or into a file of its own. */
function secretOf(reader: FileReader, item: Item, field: string): string | undefined {
  const fileField = `${field}_file`;
  const named = item.fields[fileField] as string | undefined;
  if (item.has(field) && item.has(fileField))
    reader.mistake(item.line, `${field} and ${fileField} are both set: keep one`);
  if (!named) return item.fields[field] as string | undefined;
  const bytes = content(reader, item, fileField, named);
  const secret = bytes?.toString('utf8').trim();
  if (secret === '') reader.mistake(item.lineOf(fileField), `${fileField}: ${named} is empty`);
  return secret || undefined;
}

function logoOf(reader: FileReader, item: Item): string | undefined {
  const name = item.fields['logo_file'] as string;
  const type = LOGO_TYPES[extname(name).toLowerCase()];
  if (!type) {
    const types = Object.keys(LOGO_TYPES).join(', ');
    reader.mistake(item.lineOf('logo_file'), `logo_file: use one of ${types}`);
    return undefined;
  }
  const bytes = content(reader, item, 'logo_file', name);
  if (bytes && bytes.length > LOGO_MAX_BYTES)
    reader.mistake(
      item.lineOf('logo_file'),
      `logo_file: ${name} is larger than ${LOGO_MAX_BYTES / 1024} KiB`,
    );
  return bytes && `data:${type};base64,${bytes.toString('base64')}`;
}

function content(reader: FileReader, item: Item, field: string, name: string): Buffer | undefined {
  try {
    return readFileSync(reader.beside(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    reader.mistake(item.lineOf(field), `${field}: ${name} cannot be read (${code})`);
    return undefined;
  }
}

function refuseDuplicates(reader: FileReader, clients: DeclaredClient[], declarations: Declaration[]): void {
  const named = [
    ...clients.map(({ id, line }) => ({ key: 'client_id', kind: 'clients', name: id, line })),
    ...declarations.map(({ kind, name, line }) => ({ key: SECTIONS[kind].key, kind, name, line })),
  ];
  const seen = new Map<string, number>();
  for (const { key, kind, name, line } of named) {
    const first = seen.get(JSON.stringify([kind, name]));
    if (first !== undefined) reader.mistake(line, `${key} "${name}" stands at line ${first} already`);
    else seen.set(JSON.stringify([kind, name]), line);
  }
}

/** An API that is a client, too, is one that is declared. */
function refuseUnknownClients(
  reader: FileReader,
  clients: DeclaredClient[],
  declarations: Declaration[],
): void {
  // A client with a mistake of its own is not among those that were read.
  if (reader.mistaken > 0) return;
  const ids = new Set(clients.map(({ id }) => id));
  for (const { kind, body, line } of declarations) {
    const id = body['client_id'] as string | undefined;
    if (kind === 'apis' && id !== undefined && !ids.has(id))
      reader.mistake(line, `client_id: there is no client "${id}"`);
  }
}
