import { anHttpsUrl, aRedirectUri, aWebUrl } from '../../clients/checks.js';
import { CLIENT_ID, DEVICE_GRANT } from '../../clients/client.fields.js';
import { GROUP_NAME, isBuiltInGroup } from '../../users/groups.service.js';
import { randomToken } from '../../kernel/secrets.js';

/** An application as another program has it; each reader brings its own format into this form. */
export interface ForeignClient {
  readonly id: string;
  readonly name?: string | undefined;
  /** Without a `secret`: it has one that the file does not tell. */
  readonly authentication:
    | { readonly kind: 'public' }
    | { readonly kind: 'secret'; readonly secret: string | undefined }
    | { readonly kind: 'keys'; readonly jwksUri: string };
  readonly grants: readonly string[];
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly demandsPkce: boolean;
  readonly asksForConsent: boolean;
  readonly scopes?: readonly string[];
  /** Who may sign in to it; absent: everybody. */
  readonly groups?: readonly string[];
  readonly backchannelLogoutUri?: string | undefined;
  readonly homepage?: string | undefined;
  /** What it demands beyond the usual, as the clients file calls it. */
  readonly demands?: Record<string, true>;
  readonly notes?: readonly string[];
}

export type FoundClient =
  | { readonly kind: 'client'; readonly client: ForeignClient }
  | { readonly kind: 'left-out'; readonly id: string; readonly reason: string };

/** An item for the clients file. */
export interface PreparedClient {
  readonly id: string;
  readonly fields: Record<string, unknown>;
  readonly groups: readonly string[];
  readonly notes: readonly string[];
}

const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'groups', 'offline_access'];
/** About as many bits as a hash takes. */
const SHORT_SECRET = 32;

/**
 * The rules of the clients file, applied to what another program allowed. It never comes out weaker than the rule here, nor
 * than it was there: an address that cannot be exact is left out and named, a restriction that cannot be kept leaves out the
 * application.
 * @returns the reason why it is left out
 */
export function prepareClient(client: ForeignClient): PreparedClient | string {
  const { id, authentication, grants } = client;
  if (!CLIENT_ID.test(id) || id.startsWith('gatehouse-')) return 'unusable-client-id';
  if (grants.length === 0) return 'no-usable-grant';
  const groups = client.groups ?? [];
  // One group less would be a restriction that lets nobody of it in; none at all, one that lets everybody in.
  if (
    client.groups &&
    (groups.length === 0 || !groups.every((each) => GROUP_NAME.test(each) && !isBuiltInGroup(each)))
  )
    return 'restricted-to-groups-that-cannot-be';

  const notes = [...(client.notes ?? [])];
  const usable = (uris: readonly string[], what: string) => {
    const unique = [...new Set(uris)];
    for (const uri of unique) {
      const mend = aRedirectUri(uri);
      if (mend) notes.push(`${what}-left-out: ${uri} (${mend})`);
    }
    return unique.filter((uri) => aRedirectUri(uri) === undefined);
  };
  const redirects = grants.includes('authorization_code');
  const redirectUris = redirects ? usable(client.redirectUris, 'redirect-uri') : [];
  if (redirects && redirectUris.length === 0)
    return `no-usable-redirect-uri: ${client.redirectUris.join(' ')}`;
  const postLogout = usable(client.postLogoutRedirectUris, 'post-logout-redirect-uri');
  const fields: Record<string, unknown> = { client_id: id };
  if (client.name?.trim()) fields['client_name'] = client.name;
  authenticate(fields, authentication, notes);
  fields['grant_types'] = grants;
  if (redirects) fields['redirect_uris'] = redirectUris;
  if (postLogout.length > 0) fields['post_logout_redirect_uris'] = postLogout;
  if (client.scopes) {
    const known = SCOPES.filter((scope) => scope === 'openid' || client.scopes!.includes(scope));
    if (redirects || grants.includes(DEVICE_GRANT)) fields['scope'] = known.join(' ');
    const others = client.scopes.filter((scope) => !SCOPES.includes(scope));
    if (others.length > 0) notes.push(`scopes-left-out: ${others.join(' ')}`);
  }
  if (client.groups) fields['groups'] = groups;
  const { backchannelLogoutUri: logout, homepage } = client;
  if (logout !== undefined && anHttpsUrl(logout) === undefined) fields['backchannel_logout_uri'] = logout;
  else if (logout !== undefined) notes.push(`backchannel-logout-left-out: ${logout}`);
  if (homepage !== undefined && aWebUrl(homepage) === undefined) fields['client_uri'] = homepage;
  Object.assign(fields, client.demands);
  if (redirects && !client.demandsPkce) notes.push('pkce-is-demanded-now');
  if (redirects && !client.asksForConsent) notes.push('asks-for-consent-now');
  return { id, fields, groups, notes };
}

function authenticate(
  fields: Record<string, unknown>,
  authentication: ForeignClient['authentication'],
  notes: string[],
): void {
  switch (authentication.kind) {
    case 'public':
      fields['token_endpoint_auth_method'] = 'none';
      return;
    case 'keys':
      fields['token_endpoint_auth_method'] = 'private_key_jwt';
      fields['jwks_uri'] = authentication.jwksUri;
      return;
    case 'secret': {
      const { secret } = authentication;
      fields['token_endpoint_auth_method'] = 'client_secret_basic';
      fields['client_secret'] = secret ?? randomToken(32);
      if (secret === undefined) notes.push('new-client-secret');
      else if (secret.length < SHORT_SECRET) notes.push('short-client-secret');
    }
  }
}
