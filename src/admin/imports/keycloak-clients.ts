import { anHttpsUrl } from '../../clients/checks.js';
import { DEVICE_GRANT } from '../../clients/client.fields.js';
import { asObject, text, texts } from './carried-over.js';
import type { ForeignClient, FoundClient } from './foreign-client.js';
import { itemsOf } from './json-lists.js';
import { keycloakFiles } from './keycloak.reader.js';

/** Keycloak's own; each realm has them. */
const BUILT_IN =
  /^(?:account|account-console|admin-cli|broker|realm-management|security-admin-console|.*-realm)$/;
/** Scopes that say nothing about a person, or say what is said here without them. */
const SILENT_SCOPES = [
  'web-origins',
  'acr',
  'roles',
  'basic',
  'service_account',
  'organization',
  'microprofile-jwt',
];
/** As Keycloak masks a secret where somebody exported the realm from its pages. */
const MASKED = /^\*+$/;

/** The applications of a realm. */
export async function* readKeycloakClients(path: string): AsyncGenerator<FoundClient> {
  let count = 0;
  for (const file of keycloakFiles(path))
    for await (const { value } of itemsOf(file, ['clients'])) {
      count++;
      const client = asObject(value);
      const id = text(client?.['clientId']);
      if (!client || id === undefined) yield { kind: 'left-out', id: `client ${count}`, reason: 'not-json' };
      else if (!BUILT_IN.test(id)) yield found(id, client);
    }
}

function found(id: string, client: Record<string, unknown>): FoundClient {
  const leftOut = (reason: string): FoundClient => ({ kind: 'left-out', id, reason });
  const attributes = asObject(client['attributes']) ?? {};
  const is = (name: string) => attributes[name] === 'true' || attributes[name] === true;
  if ((client['protocol'] ?? 'openid-connect') !== 'openid-connect') return leftOut('not-openid-connect');
  if (client['enabled'] === false) return leftOut('disabled');
  if (client['bearerOnly'] === true) return leftOut('an-api-and-no-client');
  const authentication = authenticationOf(client, attributes);
  if (!authentication) return leftOut(`authenticates-by: ${text(client['clientAuthenticatorType']) ?? '?'}`);
  // A client of which each request is to be signed would be weaker without.
  if ((text(attributes['request.object.required']) ?? 'not required') !== 'not required')
    return leftOut('signed-requests');

  const notes: string[] = [];
  const redirects = client['standardFlowEnabled'] !== false;
  if (client['implicitFlowEnabled'] === true) notes.push('implicit-flow-left-out');
  if (client['directAccessGrantsEnabled'] === true) notes.push('password-grant-left-out');
  if (is('oidc.ciba.grant.enabled')) notes.push('ciba-left-out');
  if (Object.keys(asObject(client['authenticationFlowBindingOverrides']) ?? {}).length > 0)
    notes.push('login-flow-left-out');
  for (const name of ['default.acr.values', 'acr.loa.map', 'minimum.acr.value'])
    if (text(attributes[name])) notes.push(`acr-left-out: ${name}`);
  if (client['frontchannelLogout'] === true && text(attributes['frontchannel.logout.url']))
    notes.push('frontchannel-logout-left-out');
  const root = text(client['rootUrl']);
  const redirectUris = texts(client['redirectUris']).map((uri) => absolute(uri, root));
  noteOrigins(texts(client['webOrigins']), redirectUris, notes);
  return {
    kind: 'client',
    client: {
      id,
      name: text(client['name']),
      authentication,
      grants: [
        ...(redirects ? ['authorization_code', 'refresh_token'] : []),
        ...(client['serviceAccountsEnabled'] === true && authentication.kind !== 'public'
          ? ['client_credentials']
          : []),
        ...(is('oauth2.device.authorization.grant.enabled') ? [DEVICE_GRANT] : []),
      ],
      redirectUris,
      postLogoutRedirectUris: postLogout(attributes, redirectUris, root),
      demandsPkce: authentication.kind === 'public' || attributes['pkce.code.challenge.method'] === 'S256',
      asksForConsent: client['consentRequired'] === true,
      scopes: [...texts(client['defaultClientScopes']), ...texts(client['optionalClientScopes'])].filter(
        (scope) => !SILENT_SCOPES.includes(scope),
      ),
      backchannelLogoutUri: text(attributes['backchannel.logout.url']),
      homepage: text(client['baseUrl']) && absolute(text(client['baseUrl'])!, root),
      demands: {
        ...(is('require.pushed.authorization.requests')
          ? { require_pushed_authorization_requests: true as const }
          : {}),
        ...(is('dpop.bound.access.tokens') ? { dpop_bound_access_tokens: true as const } : {}),
        ...(is('tls.client.certificate.bound.access.tokens')
          ? { tls_client_certificate_bound_access_tokens: true as const }
          : {}),
      },
      notes,
    },
  };
}

function authenticationOf(
  client: Record<string, unknown>,
  attributes: Record<string, unknown>,
): ForeignClient['authentication'] | undefined {
  if (client['publicClient'] === true) return { kind: 'public' };
  const type = client['clientAuthenticatorType'] ?? 'client-secret';
  if (type === 'client-secret') {
    const secret = text(client['secret']);
    return { kind: 'secret', secret: secret === undefined || MASKED.test(secret) ? undefined : secret };
  }
  const jwksUri = text(attributes['jwks.url']);
  return type === 'client-jwt' && attributes['use.jwks.url'] === 'true' && anHttpsUrl(jwksUri) === undefined
    ? { kind: 'keys', jwksUri: jwksUri! }
    : undefined;
}

/** Several in one text; a plus stands for the redirect URIs. */
function postLogout(
  attributes: Record<string, unknown>,
  redirectUris: readonly string[],
  root: string | undefined,
): string[] {
  const listed = (text(attributes['post.logout.redirect.uris']) ?? '').split('##').filter(Boolean);
  return listed.flatMap((uri) => (uri === '+' ? redirectUris : uri === '-' ? [] : [absolute(uri, root)]));
}

/** Here a browser may ask from where a redirect URI leads, and from nowhere else. */
function noteOrigins(origins: readonly string[], redirectUris: readonly string[], notes: string[]): void {
  const known = redirectUris.flatMap((uri) => (URL.canParse(uri) ? [new URL(uri).origin] : []));
  const others = origins.filter((origin) => origin !== '+' && !known.includes(origin));
  if (others.length > 0) notes.push(`web-origins-left-out: ${others.join(' ')}`);
}

function absolute(uri: string, root: string | undefined): string {
  return uri.startsWith('/') && root !== undefined && !root.includes('${')
    ? root.replace(/\/$/, '') + uri
    : uri;
}
