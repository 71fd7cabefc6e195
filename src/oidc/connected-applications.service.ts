import { Injectable } from '@nestjs/common';
import { SECOND } from '../kernel/clock.js';
import { AccountRecords } from './account-records.js';
import { DASHBOARD_CLIENT_ID } from '../clients/built-in-clients.js';
import { Clients, type ClientFace } from '../clients/clients.service.js';
import type { StoredGrant } from './grants.js';
import { SessionEndings } from './session-endings.service.js';

/** An application that a person has let in. */
export interface ConnectedApplication {
  readonly clientId: string;
  readonly face: ClientFace;
  /** Everything it was granted. */
  readonly scopes: string[];
  /** When the oldest of its grants that still live was given (epoch milliseconds). */
  readonly since: number;
  /** One of the house's own, that nobody was asked about. */
  readonly firstParty: boolean;
  /** It has an address at which it hears that its access has ended. */
  readonly canBeTold: boolean;
}

/** Which applications a person has let in, and taking that back. */
@Injectable()
export class ConnectedApplications {
  constructor(
    private readonly records: AccountRecords,
    private readonly endings: SessionEndings,
    private readonly clients: Clients,
  ) {}

  /** By their names. The account pages are left out: they are no other application. */
  async of(accountId: string): Promise<ConnectedApplication[]> {
    const byClient = new Map<string, { scopes: Set<string>; since: number }>();
    for (const { payload } of await this.records.living(accountId, 'Grant')) {
      const { clientId, iat } = payload;
      if (!clientId || clientId === DASHBOARD_CLIENT_ID) continue;
      const known = byClient.get(clientId) ?? { scopes: new Set(), since: Infinity };
      const scopes = (payload as StoredGrant).openid?.scope?.split(' ') ?? [];
      byClient.set(clientId, {
        scopes: new Set([...known.scopes, ...scopes]),
        since: Math.min(known.since, (iat ?? Infinity) * SECOND),
      });
    }
    const connected = await Promise.all(
      [...byClient].map(async ([clientId, { scopes, since }]) => ({
        clientId,
        ...(await this.clients.known(clientId)),
        scopes: [...scopes],
        since,
      })),
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
