import { Injectable } from '@nestjs/common';
import { SECOND } from '../../kernel/clock.js';
import { AccountRecords } from '../records/account-records.js';
import { DASHBOARD_CLIENT_ID } from '../../clients/built-in-clients.js';
import { Config } from '../../config/config.js';
import { isReadFromDocument } from '../registration/metadata-documents.js';
import { Clients, type ClientFace } from '../../clients/clients.service.js';
import { Declarations } from '../../clients/declarations.service.js';
import { grantedAtApis, type ApiAccess } from '../apis/asked-of-apis.js';
import { DeclaredClaims, isGiven, type DeclaredClaim } from '../../clients/declared-claims.js';
import type { StoredGrant } from '../grants.js';
import { SessionEndings } from './session-endings.service.js';

/** An application that a person has let in. */
export interface ConnectedApplication {
  readonly clientId: string;
  readonly face: ClientFace;
  /** Everything it was granted. */
  readonly scopes: string[];
  /** The same of APIs. */
  readonly apis: ApiAccess[];
  /** And of the declared claims. */
  readonly claims: DeclaredClaim[];
  /** When the oldest of its grants that still live was given (epoch milliseconds). */
  readonly since: number;
  /** One of the house's own, that nobody was asked about. */
  readonly firstParty: boolean;
  /** Where it begins a sign-in for somebody who comes from here. */
  readonly signInUri: string | undefined;
  /** It has an address at which it hears that its access has ended. */
  readonly canBeTold: boolean;
  /** Whether it has one stands in its own document, which is read when it is to be told. */
  readonly perhapsTold: boolean;
}

interface Known {
  readonly scopes: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  readonly apis: Map<string, ReadonlySet<string>>;
  readonly since: number;
}

/** Which applications a person has let in, and taking that back. */
@Injectable()
export class ConnectedApplications {
  constructor(
    private readonly config: Config,
    private readonly records: AccountRecords,
    private readonly endings: SessionEndings,
    private readonly clients: Clients,
    private readonly declarations: Declarations,
    private readonly declared: DeclaredClaims,
  ) {}

  /** By their names. The account pages are left out: they are no other application. */
  async of(accountId: string): Promise<ConnectedApplication[]> {
    const byClient = new Map<string, Known>();
    for (const { payload } of await this.records.living(accountId, 'Grant')) {
      const { clientId, iat } = payload;
      if (!clientId || clientId === DASHBOARD_CLIENT_ID) continue;
      const known: Known = byClient.get(clientId) ?? {
        scopes: new Set(),
        claims: new Set(),
        apis: new Map(),
        since: Infinity,
      };
      const { openid, resources } = payload as StoredGrant;
      for (const [api, scope] of Object.entries(resources ?? {}))
        known.apis.set(api, new Set([...(known.apis.get(api) ?? []), ...scope.split(' ')]));
      const scopes = openid?.scope?.split(' ') ?? [];
      byClient.set(clientId, {
        scopes: new Set([...known.scopes, ...scopes]),
        claims: new Set([...known.claims, ...(openid?.claims ?? [])]),
        apis: known.apis,
        since: Math.min(known.since, (iat ?? Infinity) * SECOND),
      });
    }
    const declared = await this.declared.all();
    const connected = await Promise.all(
      [...byClient].map(async ([clientId, { scopes, claims, apis, since }]) => {
        const known = await this.clients.known(clientId);
        const given = (claim: DeclaredClaim) =>
          known.firstParty ? isGiven(claim, clientId, scopes) : claims.has(claim.name);
        return {
          clientId,
          ...known,
          perhapsTold: !known.isKnown && isReadFromDocument(clientId, this.config),
          scopes: [...scopes],
          claims: declared.filter(given),
          apis: await grantedAtApis(this.declarations, apis),
          since,
        };
      }),
    );
    return connected.sort((a, b) => a.face.name.localeCompare(b.face.name));
  }

  /**
   * Takes everything back that the application was given, in every session and on every instance: consents, codes, access
   * and refresh tokens. The sessions go on; at its next request the person is asked as at the first one.
   * @returns the receipt of its being told; undefined when it had been given nothing
   */
  async revoke(accountId: string, clientId: string): Promise<string | undefined> {
    if (clientId === DASHBOARD_CLIENT_ID) return undefined;
    return this.endings.ofClient(accountId, clientId);
  }
}
