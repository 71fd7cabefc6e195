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
import { AccountRecords } from './records/account-records.js';
import { Approvals } from './devices/approvals.service.js';
import { ClientsModule } from '../clients/clients.module.js';
import { ClaimsPreview } from './claims/claims-preview.service.js';
import { ClientHoldings } from './records/client-holdings.js';
import { ClientUse } from './records/client-use.js';
import { ClientRemoval } from './sessions/client-removal.service.js';
import { ConnectedApplications } from './sessions/connected-applications.service.js';
import { InteractionTokens } from './interaction-tokens.js';
import { DeclaredScopes } from './claims/declared-scopes.js';
import { Entry } from './claims/entry.js';
import { OwnApi } from './apis/own-api.service.js';
import { PairwiseSubjects } from './claims/pairwise-subjects.js';
import { ApprovalContents } from './devices/approval-contents.js';
import { Ciba } from './devices/ciba.service.js';
import { DevicePages } from './devices/device.pages.js';
import { Interactions } from './interactions.service.js';
import { DeliveryParts } from './sessions/notice-delivery.js';
import { PingDelivery } from './devices/ping-delivery.service.js';
import { PingNotices } from './devices/ping-notices.js';
import { LogoutDelivery } from './sessions/logout-delivery.service.js';
import { Logos } from './registration/logos.service.js';
import { LogoutNotices } from './sessions/logout-notices.service.js';
import { createProvider } from './provider.js';
import { ProviderPages } from './provider.pages.js';
import { ProviderParts } from './provider.parts.js';
import { RecordSeal } from './records/record.seal.js';
import { RecordStore } from './records/record.store.js';
import { ReleasedClaims } from './claims/released-claims.js';
import { Registrations } from './registration/registrations.service.js';
import { Revocation } from './sessions/revocation.js';
import { SessionEndings } from './sessions/session-endings.service.js';
import { SessionList } from './sessions/session-list.service.js';
import { Sessions } from './sessions/sessions.service.js';
import { SignedInGuard } from './sessions/signed-in.guard.js';
import { UserCodes } from './devices/user-codes.service.js';
import { WaitingPlaces } from './devices/waiting-places.js';

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
    ClientRemoval,
    ClientUse,
    ConnectedApplications,
    DeclaredScopes,
    DeliveryParts,
    DevicePages,
    Entry,
    PingDelivery,
    PingNotices,
    Interactions,
    InteractionTokens,
    Logos,
    LogoutDelivery,
    LogoutNotices,
    OwnApi,
    PairwiseSubjects,
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
    WaitingPlaces,
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
    ClientRemoval,
    ClientUse,
    ClaimsPreview,
    Approvals,
    ConnectedApplications,
    DeclaredScopes,
    Entry,
    Interactions,
    LogoutDelivery,
    LogoutNotices,
    OwnApi,
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
