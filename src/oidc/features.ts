import type { Configuration } from 'oidc-provider';
import type { Config } from '../config/config.js';
import { resourceIndicators } from './apis/apis.js';
import { richAuthorizationRequests } from './apis/authorization-details.js';
import { refuseUncoveredClaims } from './claims/claims.js';
import { refuseUnknownLevels } from './guards/demand.js';
import { dpop } from './guards/dpop.js';
import { mayIntrospect, mayRevoke } from './guards/endpoint-access.js';
import { fapiProfile } from './guards/fapi.js';
import { metadataDocuments } from './registration/metadata-documents.js';
import { mutualTls } from './guards/mutual-tls.js';
import { registrationFeatures } from './registration/registration.js';
import { requestObjectRule } from './guards/request-objects.js';
import { givingBack } from './guards/step-up.js';
import { deviceInfo } from './devices/device.pages.js';
import type { ProviderParts } from './provider.parts.js';
import { USER_CODE_MASK } from './devices/user-code.js';

/** Which parts of the protocols the provider speaks, each with the rule that decides who may use it. */
export function features(config: Config, parts: ProviderParts): NonNullable<Configuration['features']> {
  const { pages, secrets, clock, declarations, devices, ciba } = parts;
  return {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: mayIntrospect(declarations, parts.entry) },
    revocation: { enabled: true, allowedPolicy: mayRevoke },
    userinfo: { enabled: true },
    clientCredentials: { enabled: true },
    jwtUserinfo: { enabled: true },
    jwtIntrospection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true, assertJwtClaimsAndHeader: requestObjectRule(clock) },
    jwtResponseModes: { enabled: true },
    webMessageResponseMode: { enabled: config.webMessage, ack: 'individual-draft-01' },
    dPoP: dpop(secrets),
    mTLS: mutualTls(config, clock),
    fapi: { enabled: true, profile: fapiProfile },
    resourceIndicators: givingBack(resourceIndicators(declarations, config)),
    richAuthorizationRequests: richAuthorizationRequests(declarations),
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: USER_CODE_MASK,
      deviceInfo,
      userCodeInputSource: (ctx, _form, out, error) => devices.askCode(ctx, out, error),
      userCodeConfirmSource: (ctx, _form, client) => devices.confirm(ctx, client),
      successSource: (ctx) => devices.connected(ctx),
    },
    ciba: {
      enabled: true,
      deliveryModes: ['poll', 'ping'],
      processLoginHint: (ctx, hint) => ciba.accountOf(ctx, hint),
      processLoginHintToken: () => ciba.refuseLoginHintToken(),
      validateBindingMessage: (_ctx, message) => ciba.checkBindingMessage(message),
      // Nothing is asked for by it.
      validateRequestContext: () => {},
      verifyUserCode: (ctx, account, code) => ciba.admit(ctx.oidc.client!, account.accountId, code),
      triggerAuthenticationDevice: (ctx, request, _account, client) => ciba.tell(ctx, request, client),
    },
    claimsParameter: {
      enabled: true,
      assertClaimsParameter: (ctx, claims, client) => {
        refuseUncoveredClaims(ctx, claims, client);
        refuseUnknownLevels(claims);
      },
    },
    ...registrationFeatures(config),
    clientIdMetadataDocument: metadataDocuments(config, parts),
    backchannelLogout: { enabled: true },
    // See signing-key.ts.
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) => pages.askSignOut(ctx),
      postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
    },
  };
}
