import { USUAL_SCOPE, type Application } from './application.js';

export const outline: Application = {
  id: 'outline',
  name: 'Outline',
  kind: 'application',
  about: 'Generic OIDC of a self-hosted Outline.',
  exampleApp: 'https://outline.example.org',
  client: {
    redirectUris: ['{app}/auth/oidc.callback'],
    postLogoutRedirectUris: ['{app}'],
    scope: USUAL_SCOPE,
  },
  settings: (v) => [
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        `URL=${v.app}`,
        `OIDC_CLIENT_ID=${v.clientId}`,
        `OIDC_CLIENT_SECRET=${v.secret}`,
        `OIDC_ISSUER_URL=${v.issuer}`,
        'OIDC_USERNAME_CLAIM=preferred_username',
        'OIDC_DISPLAY_NAME=Gatehouse',
        `OIDC_SCOPES="${v.scope}"`,
        `OIDC_LOGOUT_URI=${v.endSession}`,
      ],
    },
  ],
  groups: 'Outline makes nothing of groups at a sign-in.',
  signOut: 'With `OIDC_LOGOUT_URI` a sign-out in Outline ends the session at Gatehouse too, and comes back.',
  pitfalls: [
    'With `OIDC_ISSUER_URL` Outline reads the endpoints from the discovery document, and sends PKCE. A version that wants `OIDC_AUTH_URI`, `OIDC_TOKEN_URI` and `OIDC_USERINFO_URI` instead sends none: update it, or write `require_pkce: false`.',
    'Each account needs an e-mail address; one that is not confirmed may not be linked to an account that exists (`require_verified_email: true`).',
    'The redirect address is built from `URL`.',
    'A private authority: `NODE_EXTRA_CA_CERTS=/path/to/ca.pem`.',
  ],
};
