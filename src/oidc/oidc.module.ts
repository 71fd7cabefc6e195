import { Module } from '@nestjs/common';
import { Provider } from 'oidc-provider';
import { Config } from '../config/config.js';
import { Cookies } from '../http/cookies.js';
import { HttpModule } from '../http/http.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { UsersModule } from '../users/users.module.js';
import { Clients } from './clients.service.js';
import { InteractionTokens } from './interaction-tokens.js';
import { Interactions } from './interactions.service.js';
import { SigningKeys } from './signing-keys.service.js';
import { createProvider } from './provider.js';
import { ProviderPages } from './provider.pages.js';
import { ProviderParts } from './provider.parts.js';
import { RecordStore } from './record.store.js';
import { Revocation } from './revocation.js';
import { Sessions } from './sessions.service.js';
import { SignedInGuard } from './signed-in.guard.js';

/**
 * Owns the OpenID provider: its configuration, records, clients, keys and session. It asks nobody for a password:
 * that is sign-in's, and only sign-in finishes a login.
 */
@Module({
  imports: [HttpModule, UsersModule, MfaModule],
  providers: [
    Clients,
    Interactions,
    InteractionTokens,
    ProviderPages,
    ProviderParts,
    RecordStore,
    Revocation,
    Sessions,
    SignedInGuard,
    SigningKeys,
    {
      provide: Provider,
      inject: [Config, Cookies, ProviderParts],
      useFactory: async (config: Config, cookies: Cookies, parts: ProviderParts) =>
        createProvider(config, cookies, await parts.loaded()),
    },
  ],
  exports: [
    InteractionTokens,
    Provider,
    Clients,
    Interactions,
    RecordStore,
    Sessions,
    SignedInGuard,
    MfaModule,
    UsersModule,
    HttpModule,
  ],
})
export class OidcModule {}
