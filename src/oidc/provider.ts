import { Provider, type Configuration, type ResponseType } from 'oidc-provider';
import type { Config } from '../config/config.js';
import { LEGACY_RESPONSE_TYPES, OWN_FIELDS } from '../clients/client.fields.js';
import { guardedFetch } from '../http/guarded-fetch.js';
import type { Cookies } from '../http/cookies.js';
import { ACR } from '../mfa/assurance.js';
import { PROMPTS, selectAccountBySigningIn } from './account-selection.js';
import { accountFinder } from './claims/account.js';
import { SCOPE_CLAIMS } from './claims/claims.js';
import { giveDeclaredClaims } from './claims/declared-claims.library.js';
import { grantLoader } from './grants.js';
import { pairwiseId } from './claims/pairwise.js';
import { refreshTokensNeedConsent } from './offline-access.js';
import { policy } from './policy.js';
import { leaveSendingToTheOutbox } from './sessions/logout-token.js';
import { followDetailsTypes } from './apis/authorization-details.js';
import { lookAfterJwts } from './apis/jwt-access-tokens.js';
import { registerTokenExchange } from './apis/token-exchange.js';
import { tokenLifetimes } from './apis/token-lifetimes.js';
import { mayCallFromBrowser } from './guards/endpoint-access.js';
import { assertionRule, sayWhatIsMissing } from './guards/fapi.js';
import { cookieKeys } from './cookie-keys.js';
import { acceptPreviousSecrets } from './guards/client-secrets.js';
import { DEVICE_PATH, tellInterval } from './devices/device-requests.js';
import { demandsPkce, isSectorRead, metadataValidator } from './registration/registration.js';
import { features } from './features.js';
import { rememberClients } from './known-clients.js';
import { SigningKey } from './signing-key.js';
import { leaveTraces } from './records/jwt-traces.js';
import { mutualTlsMethods } from './guards/mutual-tls.js';
import { followKeys } from './provider.keys.js';
import { refuseWithoutStack } from './refusals.stack.js';
import { keepContextsByValue } from './request-context.js';
import { limitResponseModes } from './guards/response-modes.js';
import { stepUpWithoutOpenid } from './guards/step-up.js';
import { tokenClaims } from './apis/token-claims.js';
import type { ProviderParts } from './provider.parts.js';

/** What a client may sign with, to say who it is. */
const CLIENT_AUTH_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] as const;

/** The one and only provider. */
export function createProvider(config: Config, cookies: Cookies, parts: ProviderParts): Provider {
  const cookieAttributes = { signed: true, httpOnly: true, sameSite: 'lax', secure: config.isHttps } as const;
  const clientAuthMethods = [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    ...mutualTlsMethods(config),
    'none',
  ] satisfies Configuration['clientAuthMethods'];
  const configuration: Configuration = {
    adapter: parts.adapter,
    clients: parts.builtInClients,
    jwks: { keys: parts.signingKeys.map((jwk) => new SigningKey(jwk)) },
    findAccount: accountFinder(parts),
    loadExistingGrant: grantLoader(parts.records),
    // Signing out ends tokens, not what was consented to; nor does revoking one access token end the rest.
    revokeGrantPolicy: (ctx) =>
      !ctx.oidc.route?.startsWith('end_session') &&
      !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken),
    interactions: {
      policy: policy(config, parts),
      url: (_ctx, interaction) => `${config.basePath}/interaction/${interaction.uid}`,
    },

    scopes: [...Object.keys(SCOPE_CLAIMS), 'offline_access'],
    claims: SCOPE_CLAIMS,
    // Many client libraries read the profile from the ID token alone.
    conformIdTokenClaims: false,
    acrValues: [ACR[1], ACR[2]],
    responseTypes: ['code', ...(config.legacyFlows ? LEGACY_RESPONSE_TYPES : [])] as ResponseType[],
    subjectTypes: ['public', 'pairwise'],
    sectorIdentifierUriValidate: isSectorRead,
    pairwiseIdentifier: (_ctx, accountId, client) =>
      Promise.resolve(pairwiseId(parts.secrets, accountId, client)),
    clientAuthMethods,
    clientBasedCORS: mayCallFromBrowser,
    assertJwtClientAuthClaimsAndHeader: assertionRule(parts.clock),
    fetch: guardedFetch({ documents: config.internalFetch, notices: config.internalBackchannel }),
    clientDefaults: {
      grant_types: ['authorization_code'],
      response_types: ['code'],
      id_token_signed_response_alg: 'RS256',
    },
    extraClientMetadata: {
      properties: OWN_FIELDS,
      validator: metadataValidator(config, () => configuration.scopes),
    },
    pkce: { required: (_ctx, client) => demandsPkce(config, client) },
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'ES256'],
      userinfoSigningAlgValues: ['RS256', 'ES256'],
      introspectionSigningAlgValues: ['RS256', 'ES256'],
      authorizationSigningAlgValues: ['RS256', 'ES256'],
      clientAuthSigningAlgValues: CLIENT_AUTH_ALGORITHMS,
      dPoPSigningAlgValues: ['ES256', 'PS256', 'EdDSA'],
      requestObjectSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    allowOmittingSingleRegisteredRedirectUri: false,
    // FAPI 2.0, section 5.3.2.1, wants ten seconds; the sum of this and the code's lifetime stays within a minute.
    clockTolerance: 10,

    // FAPI 2.0, section 5.3.2.1: bound to a key, a refresh token need not change, and a lost answer loses nobody a session.
    rotateRefreshToken: ({ oidc }) => oidc.client?.['profile'] === undefined,
    ttl: tokenLifetimes(config, parts.clock),

    cookies: {
      keys: cookieKeys(parts.secrets.key('cookies').toString('base64url')),
      names: {
        session: cookies.name('session'),
        interaction: cookies.name('interaction', 'page'),
        resume: cookies.name('resume', 'page'),
      },
      long: { ...cookieAttributes, path: cookies.path },
      short: cookieAttributes,
    },
    routes: {
      authorization: '/oidc/auth',
      pushed_authorization_request: '/oidc/par',
      token: '/oidc/token',
      userinfo: '/oidc/userinfo',
      jwks: '/oidc/jwks',
      introspection: '/oidc/introspection',
      revocation: '/oidc/revocation',
      end_session: '/oidc/session/end',
      device_authorization: '/oidc/device',
      code_verification: DEVICE_PATH,
      backchannel_authentication: '/oidc/backchannel',
      registration: '/oidc/registration',
    },
    discovery: {
      prompt_values_supported: PROMPTS,
      ui_locales_supported: parts.languages.codes,
      service_documentation: undefined,
      // RFC 8414, section 2: unsaid, it would be client_secret_basic alone.
      introspection_endpoint_auth_methods_supported: clientAuthMethods,
      introspection_endpoint_auth_signing_alg_values_supported: CLIENT_AUTH_ALGORITHMS,
      revocation_endpoint_auth_methods_supported: clientAuthMethods,
      revocation_endpoint_auth_signing_alg_values_supported: CLIENT_AUTH_ALGORITHMS,
    },
    features: features(config, parts),
    extraTokenClaims: tokenClaims,
    renderError: (ctx, out, error) => parts.pages.error(ctx, out, error),
  };
  refuseWithoutStack();
  keepContextsByValue();
  const provider = new Provider(config.issuer, configuration);
  // The front door has set the headers this makes it read: they are the configured URL's, not the client's.
  provider.proxy = true;
  rememberClients(provider, parts.adapter('Client'));
  acceptPreviousSecrets(provider);
  leaveSendingToTheOutbox(provider);
  followKeys(provider, parts.keys);
  registerTokenExchange(provider, parts);
  followDetailsTypes(provider, parts.declarations);
  leaveTraces(provider, parts);
  lookAfterJwts(provider, parts);
  refreshTokensNeedConsent(provider);
  selectAccountBySigningIn(provider);
  stepUpWithoutOpenid(provider);
  limitResponseModes(provider);
  sayWhatIsMissing(provider);
  giveDeclaredClaims(provider);
  parts.scopes.learnInto(provider);
  parts.userCodes.guard(provider);
  tellInterval(provider);
  return provider;
}
