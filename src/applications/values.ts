import type { Application, Values } from './application.js';

/** Can stand in a file, a shell and a form without harm, and is found again. */
export const SECRET_PLACEHOLDER = 'REPLACE-WITH-THE-CLIENT-SECRET';

/** What is known of a client, by the names of RFC 7591. */
export type Metadata = Readonly<Record<string, unknown>>;

/** @param issuer without a slash at its end */
export function valuesFor(
  issuer: string,
  clientId: string,
  application: Application,
  metadata: Metadata,
): Values {
  const app = appOf(application, metadata);
  const allowed = (metadata['scope'] as string | undefined)?.split(' ');
  return {
    issuer,
    host: new URL(issuer).host,
    discovery: `${issuer}/.well-known/openid-configuration`,
    authorization: `${issuer}/oidc/auth`,
    token: `${issuer}/oidc/token`,
    userinfo: `${issuer}/oidc/userinfo`,
    jwks: `${issuer}/oidc/jwks`,
    endSession: `${issuer}/oidc/session/end`,
    clientId,
    secret: SECRET_PLACEHOLDER,
    app,
    redirectUri: at(app, application.client.redirectUris[0]!),
    scope: application.client.scope
      .split(' ')
      .filter((scope) => !allowed || allowed.includes(scope))
      .join(' '),
  };
}

/** A client as the clients file would declare it, at the address that the documents take for an example. */
export function exampleClient(application: Application): Metadata {
  return clientAt(application, application.exampleApp, {
    client_secret_file: `secrets/${application.id}.txt`,
  });
}

/** @param app the application's address @param secret how the clients file has it, where the application keeps one */
export function clientAt(application: Application, app: string, secret: Metadata): Metadata {
  const { client } = application;
  const uris = (list: readonly string[]) => list.map((uri) => at(app, uri));
  return {
    client_id: application.id,
    client_name: application.name,
    ...(client.isPublic ? { token_endpoint_auth_method: 'none' } : secret),
    ...(client.isNative ? { application_type: 'native' } : {}),
    redirect_uris: uris(client.redirectUris),
    ...(client.postLogoutRedirectUris
      ? { post_logout_redirect_uris: uris(client.postLogoutRedirectUris) }
      : {}),
    ...(client.backchannelLogoutUri ? { backchannel_logout_uri: at(app, client.backchannelLogoutUri) } : {}),
    ...(client.backchannelSessionRequired ? { backchannel_logout_session_required: true } : {}),
    scope: client.scope,
    ...(client.withoutPkce ? { require_pkce: false } : {}),
  };
}

/** Where `{app}` is. */
export function at(app: string, uri: string): string {
  return uri.replace('{app}', app);
}

/** The application's address, read from the redirect URI that a client has; else from where it has any. */
function appOf(application: Application, metadata: Metadata): string {
  const pattern = application.client.redirectUris[0]!;
  if (!pattern.startsWith('{app}')) return '';
  const path = at('', pattern);
  const uris = (metadata['redirect_uris'] ?? []) as string[];
  const known = uris.find((uri) => uri.endsWith(path));
  if (known !== undefined) return known.slice(0, known.length - path.length).replace(/\/$/, '');
  const web = uris.find((uri) => /^https?:/.test(uri));
  return web === undefined ? application.exampleApp : new URL(web).origin;
}
