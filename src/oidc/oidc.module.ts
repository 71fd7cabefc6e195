import { Module } from '@nestjs/common';
import { Provider } from 'oidc-provider';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { Config } from '../config/config.js';
import { Cookies } from '../http/cookies.js';
import { HttpModule } from '../http/http.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { MailModule } from '../mail/mail.module.js';
import { MfaModule } from '../mfa/mfa.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountRecords } from './account-records.js';
import { Approvals } from './approvals.service.js';
import { ClientsModule } from '../clients/clients.module.js';
import { ClaimsPreview } from './claims-preview.service.js';
import { ClientHoldings } from './client-holdings.js';
import { ConnectedApplications } from './connected-applications.service.js';
import { InteractionTokens } from './interaction-tokens.js';
import { DeclaredScopes } from './declared-scopes.js';
import { Entry } from './entry.js';
import { ApprovalContents } from './approval-contents.js';
import { Ciba } from './ciba.service.js';
import { DevicePages } from './device.pages.js';
import { Interactions } from './interactions.service.js';
import { DeliveryParts } from './notice-delivery.js';
import { PingDelivery } from './ping-delivery.service.js';
import { PingNotices } from './ping-notices.js';
import { LogoutDelivery } from './logout-delivery.service.js';
import { LogoutNotices } from './logout-notices.service.js';
import { createProvider } from './provider.js';
import { ProviderPages } from './provider.pages.js';
import { ProviderParts } from './provider.parts.js';
import { RecordSeal } from './record.seal.js';
import { RecordStore } from './record.store.js';
import { ReleasedClaims } from './released-claims.js';
import { Registrations } from './registrations.service.js';
import { Revocation } from './revocation.js';
import { SessionEndings } from './session-endings.service.js';
import { SessionList } from './session-list.service.js';
import { Sessions } from './sessions.service.js';
import { SignedInGuard } from './signed-in.guard.js';
import { UserCodes } from './user-codes.service.js';

/**
 * Owns the OpenID provider: its configuration, records and session. It asks nobody for a password:
 * that is sign-in's, and only sign-in finishes a login.
 */
@Module({
  imports: [
    HttpModule,
    AuditModule,
    MailModule,
    AttemptsModule,
    UsersModule,
    MfaModule,
    ClientsModule,
    KeysModule,
  ],
  providers: [
    AccountRecords,
    Approvals,
    ApprovalContents,
    Ciba,
    ClaimsPreview,
    ClientHoldings,
    ConnectedApplications,
    DeclaredScopes,
    DeliveryParts,
    DevicePages,
    Entry,
    PingDelivery,
    PingNotices,
    Interactions,
    InteractionTokens,
    LogoutDelivery,
    LogoutNotices,
    ProviderPages,
    ProviderParts,
    RecordSeal,
    RecordStore,
    ReleasedClaims,
    Registrations,
    Revocation,
    SessionEndings,
    SessionList,
    Sessions,
    SignedInGuard,
    UserCodes,
    {
      provide: Provider,
      inject: [Config, Cookies, ProviderParts],
      useFactory: async (config: Config, cookies: Cookies, parts: ProviderParts) =>
        createProvider(config, cookies, await parts.loaded()),
    },
  ],
  exports: [
    InteractionTokens,
    ClientsModule,
    KeysModule,
    Provider,
    ClaimsPreview,
    Approvals,
    ConnectedApplications,
    DeclaredScopes,
    Entry,
    Interactions,
    LogoutDelivery,
    LogoutNotices,
    RecordStore,
    ReleasedClaims,
    Registrations,
    SessionEndings,
    SessionList,
    Sessions,
    SignedInGuard,
    MfaModule,
    UsersModule,
    HttpModule,
  ],
})
export class OidcModule {}
