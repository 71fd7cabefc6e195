import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from '@jest/globals';
import { API_CONTROLLERS } from '../../src/admin/api/controllers.js';
import { apiDocument } from '../../src/admin/api/openapi.js';
import { Sql } from '../../src/database/sql.js';
import { GATEHOUSE_SCOPES } from '../../src/clients/gatehouse-api.js';
import { ask } from './apis.js';
import { CLIENTS, type TestServer } from './server.js';

export const ALL_SCOPES = Object.keys(GATEHOUSE_SCOPES);

const machine = (id: string, more: string) => `
  - client_id: ${id}
    client_secret: ${id}-secret-of-thirty-two-characters
    grant_types: [client_credentials]
    ${more}`;

/** The tests' clients; one that may do everything by the API, one that may look at users, one that may nothing. */
export const API_CLIENTS = `${CLIENTS}
${machine('automation', `gatehouse_api: [${ALL_SCOPES.join(', ')}]`)}
${machine('reader', 'gatehouse_api: [gatehouse:users.read]')}
${machine('stranger', 'client_name: Stranger')}
`;

type Json = Record<string, unknown>;

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface Call {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A program that uses the API. Each answer it gets is held to the document. */
export class Program {
  private token: string | undefined;

  constructor(
    private readonly server: TestServer,
    readonly clientId = 'automation',
    private readonly scopes: readonly string[] = ALL_SCOPES,
  ) {}

  readonly get = (path: string, call?: Call) => this.call('GET', path, call);
  readonly put = (path: string, body?: unknown, headers?: Record<string, string>) =>
    this.call('PUT', path, { body, ...(headers ? { headers } : {}) });
  readonly post = (path: string, body?: unknown) => this.call('POST', path, { body });
  readonly delete = (path: string, headers?: Record<string, string>) =>
    this.call('DELETE', path, headers ? { headers } : {});

  async accessToken(): Promise<string> {
    this.token ??= await tokenFor(this.server, this.clientId, this.scopes);
    return this.token;
  }

  async call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Called> {
    return callApi(this.server, method, path, {
      body,
      headers: { Authorization: `Bearer ${await this.accessToken()}`, ...headers },
    });
  }
}

export async function tokenFor(
  server: TestServer,
  clientId: string,
  scopes: readonly string[],
): Promise<string> {
  const { status, body } = await ask(server, clientId, '/oidc/token', {
    grant_type: 'client_credentials',
    scope: scopes.join(' '),
  });
  if (status !== 200) throw new Error(`no token: ${JSON.stringify(body)}`);
  return body['access_token'] as string;
}

/** @param path below /api/v1 */
export async function callApi(
  server: TestServer,
  method: string,
  path: string,
  { body, headers = {} }: Call = {},
): Promise<Called> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const called = {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Json),
  };
  expectDocumented(method, path, called);
  return called;
}

/** What the audit log has of somebody, or of a program, in its order. */
export async function events(
  server: TestServer,
  { accountId, name }: { accountId?: string; name?: string },
): Promise<{ name: string; detail: Json }[]> {
  const rows = await server.app
    .get(Sql)
    .rows<{ name: string; account_id: string | null; detail: string | Json | null }>(
      'SELECT name, account_id, detail FROM audit_event ORDER BY id',
    );
  return rows
    .filter((row) => accountId === undefined || row.account_id === accountId)
    .filter((row) => name === undefined || row.name === name)
    .map(({ name, detail }) => ({
      name,
      detail: typeof detail === 'string' ? (JSON.parse(detail) as Json) : (detail ?? {}),
    }));
}

interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, Json> }>>;
  readonly components: { readonly schemas: Json; readonly responses: Record<string, Json> };
}

export const DOCUMENT = apiDocument(API_CONTROLLERS, 'https://id.example.org', '0') as unknown as Document;

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'document', ...(DOCUMENT as object) }, 'document');
ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components']);
const validators = new Map<string, ValidateFunction>();

/** The answer is one that the document has for this route; nothing undocumented is in it. */
export function expectDocumented(method: string, path: string, { status, headers, body }: Called): void {
  const plain = path.split('?', 1)[0]!;
  const template = Object.keys(DOCUMENT.paths)
    .filter((each) => new RegExp(`^${each.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  const operation = template === undefined ? undefined : DOCUMENT.paths[template]?.[method.toLowerCase()];
  if (!operation) {
    expect([method, path, status]).toEqual([method, path, template === undefined ? 404 : 405]);
    return;
  }
  const responses = Object.keys(operation.responses);
  expect([method, template, responses.includes(String(status)) ? status : responses]).toEqual([
    method,
    template,
    status,
  ]);
  const pointer = `/paths/${template!.replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${status}`;
  const answer = operation.responses[status] as { $ref?: string; content?: Record<string, Json> };
  const place = answer.$ref ? answer.$ref.replace('#', '') : pointer;
  const resolved = (
    answer.$ref ? DOCUMENT.components.responses[answer.$ref.split('/').at(-1)!] : answer
  ) as typeof answer;
  if (!resolved.content) {
    expect(body).toEqual({});
    return;
  }
  const [type] = Object.keys(resolved.content) as [string];
  expect(headers.get('content-type')).toMatch(type);
  const schema = `document#${place}/content/${type.replaceAll('/', '~1')}/schema`;
  let validate = validators.get(schema);
  if (!validate)
    validators.set(
      schema,
      (validate = ajv.compile({ $ref: schema.replaceAll('{', '%7B').replaceAll('}', '%7D') })),
    );
  expect([validate(body), validate.errors ?? []]).toEqual([true, []]);
}
