import type { Config } from '../config/config.js';

/** A client as the provider takes it, by the names of RFC 7591; the secret is in it. */
export interface ClientMetadata extends Record<string, unknown> {
  client_id: string;
  client_name?: string;
  policy_uri?: string;
  tos_uri?: string;
  brand_color?: string;
  /** A data: URL, of one that has no row to keep it in. */
  drawn_logo?: string;
}

/**
 * The pages of this server that need a person signed in are a client like any other: there is no second way in.
 * It never redeems its codes (the session is what it came for), so it needs neither a secret nor a token.
 */
export const DASHBOARD_CLIENT_ID = 'gatehouse-dashboard';
export const DASHBOARD_RETURN = '/dashboard/return';
export const TEST_APP_CLIENT_ID = 'gatehouse-test-app';

export function builtInClients(config: Config): ClientMetadata[] {
  const common: Partial<ClientMetadata> = {
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    require_pkce: true,
  };
  const dashboard: ClientMetadata = {
    ...common,
    client_id: DASHBOARD_CLIENT_ID,
    client_name: config.serviceName,
    redirect_uris: [config.url(DASHBOARD_RETURN)],
    scope: 'openid',
    first_party: true,
  };
  const testApp: ClientMetadata = {
    ...common,
    client_id: TEST_APP_CLIENT_ID,
    client_name: 'Test application',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [config.url('/test-app/callback')],
    post_logout_redirect_uris: [config.url('/test-app')],
    scope: 'openid profile email address phone groups offline_access',
  };
  return config.testApp ? [dashboard, testApp] : [dashboard];
}
