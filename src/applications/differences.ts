import type { Application } from './application.js';
import { at, type Metadata } from './values.js';

/** What a client of the clients file lacks, or has too much of, for an application: each with its mend. */
export function differences({ name, client }: Application, app: string, metadata: Metadata): string[] {
  return [
    ...uris('redirect_uris', client.redirectUris, app, metadata),
    ...uris('post_logout_redirect_uris', client.postLogoutRedirectUris ?? [], app, metadata),
    ...backchannel(client.backchannelLogoutUri, app, metadata),
    ...scopes(client.scope, metadata),
    ...authentication(name, client.isPublic === true, metadata),
    ...pkce(name, client.withoutPkce === true, metadata),
  ];
}

function uris(field: string, wanted: readonly string[], app: string, metadata: Metadata): string[] {
  const registered = (metadata[field] ?? []) as string[];
  return wanted
    .map((uri) => at(app, uri))
    .filter((uri) => !registered.includes(uri))
    .map((uri) => `${field}: add ${uri}`);
}

function backchannel(wanted: string | undefined, app: string, metadata: Metadata): string[] {
  if (!wanted || metadata['backchannel_logout_uri']) return [];
  return [`backchannel_logout_uri: ${at(app, wanted)} would tell it when a session ends elsewhere`];
}

function scopes(wanted: string, metadata: Metadata): string[] {
  const allowed = ((metadata['scope'] as string | undefined) ?? '').split(' ');
  const lacking = wanted.split(' ').filter((scope) => !allowed.includes(scope));
  return lacking.length === 0 ? [] : [`scope: add ${lacking.join(' ')}`];
}

function authentication(name: string, isPublic: boolean, metadata: Metadata): string[] {
  const hasSecret = metadata['token_endpoint_auth_method'] !== 'none';
  if (isPublic && hasSecret)
    return [`token_endpoint_auth_method: write none, and take the secret out: ${name} cannot keep one`];
  if (!isPublic && !hasSecret)
    return [`token_endpoint_auth_method: take none out, and write client_secret_file: ${name} has a secret`];
  return [];
}

function pkce(name: string, without: boolean, metadata: Metadata): string[] {
  const required = metadata['require_pkce'] !== false;
  if (without && required) return [`require_pkce: write false: ${name} sends no PKCE`];
  if (!without && !required) return [`require_pkce: take false out: ${name} sends PKCE`];
  return [];
}
