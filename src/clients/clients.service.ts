import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { SECOND } from '../kernel/clock.js';
import { Secrets } from '../kernel/secrets.js';
import { builtInClients, type ClientMetadata } from './built-in-clients.js';
import { Client, type ClientOrigin } from './client.entity.js';
import { CLIENT_ID } from './client.fields.js';
import { initiatedLogin } from './initiated-login.js';
import { leftOf, legacyFlowsFor } from './registered-flows.js';

/** What the pages show of an application. */
export interface ClientFace {
  readonly id: string;
  readonly name: string;
  readonly logo: string | undefined;
  readonly policyUri: string | undefined;
  readonly tosUri: string | undefined;
  /** Of buttons and links on the way to it, as six hexadecimal digits. */
  readonly color: string | undefined;
}

/** What matters of a client when a session ends. */
export interface AtSignOut {
  /** Absent: it has no address to be told at. `sessionRequired`: it tells one session of a person from another. */
  readonly backchannel?: { readonly sessionRequired: boolean };
  /** Milliseconds; absent: as long as any. */
  readonly idTokenLifetime?: number;
}

export interface KnownClient {
  /** Built in, declared or registered. */
  readonly isKnown: boolean;
  readonly face: ClientFace;
  readonly firstParty: boolean;
  readonly canBeTold: boolean;
  /** Where the application begins a sign-in of its own accord, for a person who comes from here. */
  readonly signInUri: string | undefined;
}

/** The clients, in the database: every instance sees the same ones. Their secrets are sealed. */
@Injectable()
export class Clients {
  private readonly made = new Map<string, { row: ClientRow; stored: string; metadata: ClientMetadata }>();

  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly secrets: Secrets,
  ) {}

  /** What an operator says of one client, by the names of RFC 7591; its secrets are not in it. */
  async declared(
    id: string,
  ): Promise<{ origin: ClientOrigin; metadata: Record<string, unknown> } | undefined> {
    const client = await this.em.fork().findOne(Client, { id, origin: { $ne: 'registered' } });
    return client ? { origin: client.origin as ClientOrigin, metadata: client.metadata } : undefined;
  }

  /** The provider's view of a client. It is read at each request, and made anew only when it has changed. */
  async metadata(id: string): Promise<ClientMetadata | undefined> {
    if (!CLIENT_ID.test(id)) return undefined;
    const [row] = await this.sql.settled<ClientRow>(READ_CLIENT, id);
    if (!row) {
      this.made.delete(id);
      return undefined;
    }
    const made = this.made.get(id);
    if (made?.row === row) return made.metadata;
    const stored = Object.values(row).join('\n');
    if (made?.stored === stored) {
      made.row = row;
      return made.metadata;
    }
    const secret = this.open(id, row.sealed_secret);
    const previous = this.open(id, row.sealed_previous_secret);
    const metadata: ClientMetadata = {
      ...leftOf(JSON.parse(row.metadata) as Record<string, unknown>, legacyFlowsFor(this.config)),
      client_id: id,
      ...(secret ? { client_secret: secret } : {}),
      ...(previous ? { previous_client_secret: previous } : {}),
    };
    this.made.set(id, { row, stored, metadata });
    return metadata;
  }

  /**
   * Inside a transaction: whether the client can be told that a session ended, and how long its ID tokens are good.
   * @returns undefined where it is neither declared nor registered
   */
  async atSignOut(sql: SqlRunner, id: string): Promise<AtSignOut | undefined> {
    const [row] = await sql.rows<{ metadata: string | Record<string, unknown> }>(
      'SELECT metadata FROM client WHERE id = ?',
      id,
    );
    if (!row) return undefined;
    // PostgreSQL's driver has read the JSON already.
    const metadata =
      typeof row.metadata === 'string' ? (JSON.parse(row.metadata) as Record<string, unknown>) : row.metadata;
    const lifetime = metadata['id_token_lifetime'] as number | undefined;
    return {
      ...(lifetime === undefined ? {} : { idTokenLifetime: lifetime * SECOND }),
      ...(metadata['backchannel_logout_uri']
        ? { backchannel: { sessionRequired: metadata['backchannel_logout_session_required'] === true } }
        : {}),
    };
  }

  /** Also of a client that is gone: it has no other name than its id then. */
  async faceOf(id: string): Promise<ClientFace> {
    return (await this.known(id)).face;
  }

  async known(id: string): Promise<KnownClient> {
    const builtIn = builtInClients(this.config).find(({ client_id }) => client_id === id);
    const said = builtIn ?? (await this.em.fork().findOne(Client, { id }))?.metadata;
    const metadata = said ?? {};
    return {
      isKnown: said !== undefined,
      face: await this.face({ ...metadata, client_id: id }),
      firstParty: metadata['first_party'] === true,
      canBeTold: Boolean(metadata['backchannel_logout_uri']),
      signInUri: initiatedLogin(this.config.issuer, metadata['initiate_login_uri']),
    };
  }

  private open(id: string, sealed: string | null | undefined): string | undefined {
    return sealed ? this.secrets.open(sealed, sealedAt(id)) : undefined;
  }

  /** @param metadata the provider's, of a declared or a built-in client */
  async face(
    metadata: Pick<
      ClientMetadata,
      'client_id' | 'client_name' | 'policy_uri' | 'tos_uri' | 'brand_color' | 'drawn_logo'
    >,
  ): Promise<ClientFace> {
    const [client] = await this.sql.rows<{ logo: string | null }>(
      'SELECT logo FROM client WHERE id = ?',
      metadata.client_id,
    );
    return {
      id: metadata.client_id,
      name: metadata.client_name ?? metadata.client_id,
      logo:
        client?.logo ??
        metadata.drawn_logo ??
        (metadata.client_id.startsWith('gatehouse-') ? `${this.config.basePath}/assets/logo.svg` : undefined),
      policyUri: metadata.policy_uri,
      tosUri: metadata.tos_uri,
      color: metadata.brand_color?.slice(1).toLowerCase(),
    };
  }
}

interface ClientRow {
  metadata: string;
  sealed_secret: string | null;
  sealed_previous_secret: string | null;
}

/** PostgreSQL's driver would parse the JSON, which is compared as a text. */
const READ_CLIENT =
  'SELECT CAST(metadata AS text) AS metadata, sealed_secret, sealed_previous_secret FROM client WHERE id = ?';

/** The place that a client's secret is sealed for. */
export function sealedAt(clientId: string): string {
  return `client:${clientId}`;
}
