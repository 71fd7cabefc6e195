import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Secrets } from '../kernel/secrets.js';
import { openedSecrets } from './declared-secrets.js';
import type { DetailsField } from './details-fields.js';
import type { SectionName } from './sections.js';
import { webhookKey } from './webhook-rules.js';

export interface ApiScope {
  readonly name: string;
  /** What the consent page says of it. */
  readonly description: string | undefined;
}

/** A declared API: what a resource indicator (RFC 8707) may name. */
export interface Api {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly format: 'jwt' | 'opaque';
  readonly algorithm: 'RS256' | 'ES256';
  /** Seconds; undefined: as long as any access token. */
  readonly lifetime: number | undefined;
  /** The client that the API is where it asks something itself: to introspect its tokens, to exchange them. */
  readonly clientId: string | undefined;
  /** Whether applications that nobody declared may ask for it. */
  readonly undeclaredClients: boolean;
}

/** A declared type of authorization details (RFC 9396). */
export interface DetailsType {
  readonly type: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly fields: Readonly<Record<string, DetailsField>>;
}

/** Whom to tell of what happens. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** Names of events, or groups of them: `account.*`. */
  readonly events: readonly string[];
  /** What is signed with, the newest first. They are opened when they are asked for. */
  readonly keys: () => Buffer[];
}

interface WebhookRow {
  readonly name: string;
  readonly body: string | object;
  readonly sealed_secrets: string | null;
}

type Body = Record<string, unknown>;

interface BodyRow {
  readonly body: string | Body;
}

const READ_WEBHOOKS =
  "SELECT name, body, sealed_secrets FROM declaration WHERE kind = 'webhooks' ORDER BY name";

/**
 * What is declared beside clients. Each look reads the row by its key: what was declared anew counts on every
 * instance at once, and costs one small query.
 */
@Injectable()
export class Declarations {
  /** A row that is kept is the same object as long as it says the same. */
  private readonly read = new WeakMap<BodyRow, Body>();

  constructor(
    private readonly sql: Sql,
    private readonly secrets: Secrets,
  ) {}

  async api(identifier: string): Promise<Api | undefined> {
    const body = await this.body('apis', identifier);
    return body && apiOf(identifier, body);
  }

  /** In the order that was asked for; what is not declared is left out. */
  async apis(identifiers: readonly string[]): Promise<Api[]> {
    const found = await Promise.all(identifiers.map((identifier) => this.api(identifier)));
    return found.filter((api) => api !== undefined);
  }

  async detailsType(type: string): Promise<DetailsType | undefined> {
    const body = await this.body('authorization_details_types', type);
    if (!body) return undefined;
    return {
      type,
      name: (body['name'] as string | undefined) ?? type,
      description: body['description'] as string | undefined,
      fields: (body['fields'] ?? {}) as DetailsType['fields'],
    };
  }

  /** @param sql the runner of a transaction in which they are asked for */
  async webhooks(sql?: SqlRunner): Promise<Webhook[]> {
    const rows = await (sql
      ? sql.rows<WebhookRow>(READ_WEBHOOKS)
      : this.sql.settled<WebhookRow>(READ_WEBHOOKS));
    return rows.map(({ name, body, sealed_secrets: sealed }) => {
      const { url, events } = (typeof body === 'string' ? JSON.parse(body) : body) as Pick<
        Webhook,
        'url' | 'events'
      >;
      const keys = () =>
        Object.values(openedSecrets(this.secrets, 'webhooks', name, sealed)).flatMap(
          (secret) => (secret && webhookKey(secret)) || [],
        );
      return { id: name, url, events, keys };
    });
  }

  async has(kind: SectionName, name: string): Promise<boolean> {
    return (await this.body(kind, name)) !== undefined;
  }

  async names(kind: SectionName): Promise<string[]> {
    const rows = await this.sql.rows<{ name: string }>(
      'SELECT name FROM declaration WHERE kind = ? ORDER BY name',
      kind,
    );
    return rows.map(({ name }) => name);
  }

  private async body(kind: SectionName, name: string): Promise<Body | undefined> {
    const [row] = await this.sql.settled<BodyRow>(
      'SELECT body FROM declaration WHERE kind = ? AND name = ?',
      kind,
      name,
    );
    // PostgreSQL's driver has read the JSON already.
    if (typeof row?.body !== 'string') return row?.body;
    let body = this.read.get(row);
    if (!body) this.read.set(row, (body = JSON.parse(row.body) as Body));
    return body;
  }
}

/** An API as its declaration says it, with what that leaves out. */
export function apiOf(identifier: string, body: Readonly<Record<string, unknown>>): Api {
  return {
    identifier,
    name: (body['name'] as string | undefined) ?? identifier,
    scopes: scopesOfApi(body),
    ...formOfTokens(body),
    lifetime: body['access_token_lifetime'] as number | undefined,
    clientId: body['client_id'] as string | undefined,
    undeclaredClients: body['undeclared_clients'] === true,
  };
}

/** What an API's access tokens are, unless its declaration says otherwise. */
export function formOfTokens(body: Readonly<Record<string, unknown>>): Pick<Api, 'format' | 'algorithm'> {
  return {
    format: (body['access_token_format'] as Api['format'] | undefined) ?? 'jwt',
    algorithm: (body['access_token_signed_response_alg'] as Api['algorithm'] | undefined) ?? 'RS256',
  };
}

/** A scope is written as its name alone, or with a description. */
export function scopesOfApi(body: Readonly<Record<string, unknown>>): ApiScope[] {
  return ((body['scopes'] ?? []) as (string | { name: string; description?: string })[]).map((scope) =>
    typeof scope === 'string'
      ? { name: scope, description: undefined }
      : { name: scope.name, description: scope.description },
  );
}
