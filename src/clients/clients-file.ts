import { readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { ConfigurationMistakes } from '../config/config.js';
import { FIELDS, SCOPES } from './clients-file.fields.js';

/** A declared client, ready to be stored. The names of the metadata are those of RFC 7591 and OpenID Connect Registration. */
export interface DeclaredClient {
  readonly id: string;
  readonly secret: string | undefined;
  readonly metadata: Record<string, unknown>;
  /** A data: URL. */
  readonly logo: string | undefined;
  /** For messages: where the client begins in the file. */
  readonly line: number;
}

const LOGO_TYPES: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
};
const LOGO_MAX_BYTES = 64 * 1024;

/** What depends on the operator's settings. */
export interface ClientsFileRules {
  /** Applications on internal addresses may be told of sign-outs, there also by plain http. */
  readonly internalBackchannel?: boolean;
}

/**
 * Reads and checks the clients file.
 * @throws ConfigurationMistakes naming each mistake with its line and its mend
 */
export function readClientsFile(file: string, rules: ClientsFileRules = {}): DeclaredClient[] {
  const reader = new ClientsReader(file, rules);
  const clients = reader.read();
  if (reader.mistakes.length > 0) throw new ConfigurationMistakes(reader.mistakes);
  return clients;
}

class ClientsReader {
  private readonly found: { line: number; what: string }[] = [];
  private readonly lines = new LineCounter();

  constructor(
    private readonly file: string,
    private readonly rules: ClientsFileRules,
  ) {}

  /** In the order of the lines. */
  get mistakes(): string[] {
    return [...this.found]
      .sort((a, b) => a.line - b.line)
      .map(({ line, what }) => `${this.file}, line ${line}: ${what}.`);
  }

  read(): DeclaredClient[] {
    const document = parseDocument(readFileSync(this.file, 'utf8'), {
      lineCounter: this.lines,
      prettyErrors: false,
    });
    for (const error of document.errors)
      this.mistake(this.lines.linePos(error.pos[0]).line, `${error.message}`);
    if (document.errors.length > 0 || document.contents === null) return [];

    const root = document.contents;
    const list = isMap(root) ? root.get('clients', true) : root;
    if (!isSeq(list)) {
      this.mistake(this.lineOf(root), 'begin with "clients:" and a list below it');
      return [];
    }
    const clients = list.items
      .map((item) => this.client(item as Node))
      .filter((client) => client !== undefined);
    this.refuseDuplicates(clients);
    return clients;
  }

  private client(item: Node): DeclaredClient | undefined {
    if (!isMap(item)) {
      this.mistake(this.lineOf(item), 'each client is a map of its fields (client_id: …)');
      return undefined;
    }
    const before = this.found.length;
    const fields = this.fields(item);
    const line = this.lineOf(item);
    for (const required of ['client_id', 'redirect_uris']) {
      if (!item.has(required)) this.mistake(line, `${required} is missing`);
    }
    const secret = this.secret(fields, item, line);
    this.checkBackchannel(fields, item);
    const logo = fields['logo_file']
      ? this.logo(fields['logo_file'] as string, this.lineOf(item.get('logo_file', true)))
      : undefined;
    if (this.found.length > before) return undefined;

    const {
      client_id,
      client_secret: _s,
      client_secret_file: _f,
      logo_file: _l,
      require_pkce = true,
      ...rest
    } = fields;
    return {
      id: client_id as string,
      secret,
      logo,
      line,
      metadata: {
        client_name: client_id,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        scope: SCOPES.join(' '),
        ...rest,
        require_pkce,
      },
    };
  }

  private fields(item: YAMLMap): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const pair of item.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      const line = this.lineOf(pair.key);
      const check = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
      const value = (pair.value as Node | null)?.toJSON() as unknown;
      if (!check)
        this.mistake(
          line,
          `"${name}" is not a field of a client; there are: ${Object.keys(FIELDS).join(', ')}`,
        );
      else if (check(value)) this.mistake(this.lineOf(pair.value ?? pair.key), `${name}: ${check(value)}`);
      else fields[name] = value;
    }
    return fields;
  }

  private secret(fields: Record<string, unknown>, item: YAMLMap, line: number): string | undefined {
    const method = (fields['token_endpoint_auth_method'] as string | undefined) ?? 'client_secret_basic';
    const named = fields['client_secret_file'] as string | undefined;
    if (item.has('client_secret_file') && item.has('client_secret'))
      this.mistake(line, 'client_secret and client_secret_file are both set: keep one');
    const secret = named
      ? this.secretFile(named, this.lineOf(item.get('client_secret_file', true)))
      : (fields['client_secret'] as string | undefined);
    if (method.startsWith('client_secret') && !item.has('client_secret') && !item.has('client_secret_file')) {
      this.mistake(
        line,
        'client_secret or client_secret_file is missing; a public client (SPA, native) says token_endpoint_auth_method: none',
      );
    }
    if (!method.startsWith('client_secret') && secret)
      this.mistake(line, `token_endpoint_auth_method ${method} uses no secret: leave it out`);
    if (method === 'private_key_jwt' && !fields['jwks'] && !fields['jwks_uri'])
      this.mistake(line, 'private_key_jwt needs jwks or jwks_uri');
    if (method === 'none' && fields['require_pkce'] === false)
      this.mistake(line, 'a public client cannot be exempted from PKCE');
    return secret;
  }

  private checkBackchannel(fields: Record<string, unknown>, item: YAMLMap): void {
    const uri = fields['backchannel_logout_uri'] as string | undefined;
    if (uri?.startsWith('http:') && !this.rules.internalBackchannel)
      this.mistake(
        this.lineOf(item.get('backchannel_logout_uri', true)),
        'backchannel_logout_uri: use https: (plain http only on internal addresses, with GATEHOUSE_INTERNAL_BACKCHANNEL=on)',
      );
    if (fields['backchannel_logout_session_required'] === true && !item.has('backchannel_logout_uri'))
      this.mistake(this.lineOf(item), 'backchannel_logout_session_required needs backchannel_logout_uri');
  }

  private secretFile(name: string, line: number): string | undefined {
    try {
      const secret = readFileSync(this.beside(name), 'utf8').trim();
      if (!secret) this.mistake(line, `client_secret_file: ${name} is empty`);
      return secret || undefined;
    } catch (error) {
      this.mistake(
        line,
        `client_secret_file: ${name} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      );
      return undefined;
    }
  }

  private logo(name: string, line: number): string | undefined {
    const type = LOGO_TYPES[extname(name).toLowerCase()];
    if (!type) {
      this.mistake(line, `logo_file: use one of ${Object.keys(LOGO_TYPES).join(', ')}`);
      return undefined;
    }
    try {
      const bytes = readFileSync(this.beside(name));
      if (bytes.length > LOGO_MAX_BYTES)
        this.mistake(line, `logo_file: ${name} is larger than ${LOGO_MAX_BYTES / 1024} KiB`);
      return `data:${type};base64,${bytes.toString('base64')}`;
    } catch (error) {
      this.mistake(line, `logo_file: ${name} cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return undefined;
    }
  }

  private refuseDuplicates(clients: DeclaredClient[]): void {
    const seen = new Map<string, number>();
    for (const { id, line } of clients) {
      const first = seen.get(id);
      if (first !== undefined) this.mistake(line, `client_id "${id}" stands at line ${first} already`);
      if (id.startsWith('gatehouse-'))
        this.mistake(line, 'client_ids that start with "gatehouse-" are the built-in ones');
      seen.set(id, line);
    }
  }

  /** Files are named relative to the clients file. */
  private beside(name: string): string {
    return resolve(dirname(this.file), name);
  }

  private lineOf(node: unknown): number {
    const range = (node as Node | undefined)?.range;
    return range ? this.lines.linePos(range[0]).line : 1;
  }

  private mistake(line: number, what: string): void {
    this.found.push({ line, what });
  }
}
