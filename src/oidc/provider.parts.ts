import { Injectable } from '@nestjs/common';
import type { AdapterFactory, ClientMetadata } from 'oidc-provider';
import { Config } from '../config/config.js';
import { Languages } from '../http/language.js';
import type { Jwk } from '../keys/algorithms.js';
import { KeyRing } from '../keys/key-ring.service.js';
import { Clock } from '../kernel/clock.js';
import { Secrets } from '../kernel/secrets.js';
import { Accounts } from '../users/accounts.service.js';
import { adapterFactory } from './records/adapter.js';
import { builtInClients } from '../clients/built-in-clients.js';
import { Clients } from '../clients/clients.service.js';
import { Declarations } from '../clients/declarations.service.js';
import { DeclaredClaims } from '../clients/declared-claims.js';
import { Ciba } from './devices/ciba.service.js';
import { DeclaredScopes } from './claims/declared-scopes.js';
import { DevicePages } from './devices/device.pages.js';
import { Entry } from './claims/entry.js';
import { RegisteredClients } from '../clients/registered-clients.service.js';
import { ProviderPages } from './provider.pages.js';
import { RecordStore } from './records/record.store.js';
import { ReleasedClaims } from './claims/released-claims.js';
import { Logos } from './registration/logos.service.js';
import { UserCodes } from './devices/user-codes.service.js';

/** What the provider is made of, gathered so that provider.ts shows its configuration and nothing else. */
@Injectable()
export class ProviderParts {
  readonly adapter: AdapterFactory;
  readonly builtInClients: ClientMetadata[];
  signingKeys: readonly Jwk[] = [];

  constructor(
    config: Config,
    readonly records: RecordStore,
    clients: Clients,
    readonly registered: RegisteredClients,
    readonly keys: KeyRing,
    readonly accounts: Accounts,
    readonly entry: Entry,
    readonly released: ReleasedClaims,
    readonly declared: DeclaredClaims,
    readonly scopes: DeclaredScopes,
    readonly clock: Clock,
    readonly secrets: Secrets,
    readonly languages: Languages,
    readonly pages: ProviderPages,
    readonly declarations: Declarations,
    readonly devices: DevicePages,
    readonly userCodes: UserCodes,
    readonly ciba: Ciba,
    readonly logos: Logos,
  ) {
    this.adapter = adapterFactory({ records, clients, registered, scopes });
    this.builtInClients = builtInClients(config);
  }

  async loaded(): Promise<this> {
    this.signingKeys = (await this.keys.load()).signing;
    return this;
  }
}
