import type { Configuration } from 'oidc-provider';
import { resourceIndicators } from './apis.js';
import { refuseUncoveredClaims } from './claims.js';
import { mayIntrospect, mayRevoke } from './endpoint-access.js';
import type { ProviderParts } from './provider.parts.js';

/** Which parts of the protocols the provider speaks, each with the rule that decides who may use it. */
export function features({ pages, declarations }: ProviderParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: mayIntrospect(declarations) },
    revocation: { enabled: true, allowedPolicy: mayRevoke },
    userinfo: { enabled: true },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: resourceIndicators(declarations),
    claimsParameter: { enabled: true, assertClaimsParameter: refuseUncoveredClaims },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) => pages.askSignOut(ctx),
      postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
    },
  };
}
