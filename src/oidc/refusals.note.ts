import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { ClientRefusals } from '../clients/client-refusals.service.js';
import { isOfDocument } from './registration/unvouched.js';

/** Where an application is refused by what it has, or has not, been given here. */
const ENDPOINTS = [
  'authorization.error',
  'pushed_authorization_request.error',
  'grant.error',
  'device_authorization.error',
  'backchannel_authentication.error',
  'introspection.error',
  'end_session.error',
];

/** What happens every day: people who are not signed in or say no, and answers that are waited for. */
const ORDINARY = new Set([
  'access_denied',
  'account_selection_required',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'interaction_required',
  'login_required',
  'slow_down',
]);

/** For the operators' pages: what applications are refused, so that it can be mended. */
export function noteRefusals(provider: Provider, refusals: Pick<ClientRefusals, 'note'>): void {
  const emitter: EventEmitter = provider;
  for (const endpoint of ENDPOINTS)
    emitter.on(endpoint, (ctx: KoaContextWithOIDC, error: Error & Refused) => {
      const { client, params } = ctx.oidc;
      const clientId = client?.clientId ?? params?.['client_id'];
      if (ORDINARY.has(error.error) || isOfDocument(client) || typeof clientId !== 'string') return;
      // The pages' own.
      if (clientId.startsWith('gatehouse-')) return;
      const [kind, value] = described(error, params ?? {});
      refusals.note(clientId, kind, value, client !== undefined);
    });
}

interface Refused {
  readonly error: string;
  readonly error_description?: string;
  readonly error_detail?: string;
  /** Of an `invalid_scope`. */
  readonly scope?: string;
}

function described(
  error: Error & Refused,
  params: Readonly<Record<string, unknown>>,
): [kind: string, value: unknown] {
  const { error_description: description = error.message, error_detail: detail } = error;
  if (error instanceof errors.InvalidRedirectUri) return ['redirect_uri', params['redirect_uri']];
  if (/^post_logout_redirect_uri not registered/.test(description))
    return ['post_logout_redirect_uri', params['post_logout_redirect_uri']];
  if (error.error === 'invalid_scope' && error.scope) return ['scope', error.scope];
  if (/\bresponse_type\b/.test(description) && typeof params['response_type'] === 'string')
    return ['response_type', params['response_type']];
  return [error.error, detail ?? description];
}
