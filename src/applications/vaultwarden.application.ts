import { USUAL_SCOPE, type Application } from './application.js';

export const vaultwarden: Application = {
  id: 'vaultwarden',
  name: 'Vaultwarden',
  kind: 'application',
  about: 'Its environment; the version has to know `SSO_ENABLED`.',
  exampleApp: 'https://vault.example.org',
  client: {
    redirectUris: ['{app}/identity/connect/oidc-signin'],
    scope: `${USUAL_SCOPE} offline_access`,
  },
  settings: (v) => [
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        `DOMAIN=${v.app}`,
        'SSO_ENABLED=true',
        `SSO_AUTHORITY=${v.issuer}`,
        `SSO_SCOPES="${v.scope
          .split(' ')
          .filter((scope) => scope !== 'openid')
          .join(' ')}"`,
        'SSO_PKCE=true',
        `SSO_CLIENT_ID=${v.clientId}`,
        `SSO_CLIENT_SECRET=${v.secret}`,
        '# Nobody signs in without Gatehouse any more:',
        '# SSO_ONLY=true',
      ],
    },
  ],
  groups: 'Vaultwarden makes nothing of groups.',
  signOut: 'A sign-out in the vault ends the session there only.',
  pitfalls: [
    'The master password stays: it decrypts the vault, and Gatehouse never sees it.',
    'With `offline_access` the session of an app is renewed by refresh tokens; without it the app asks again when the access token has run out. `SSO_AUTH_ONLY_NOT_SESSION=true` leaves sessions to Vaultwarden.',
    'An account that exists is linked by the e-mail address (`SSO_SIGNUPS_MATCH_EMAIL`), and only by a confirmed one: `require_verified_email: true`.',
    '`SSO_AUTHORITY` is the issuer, without a slash at its end.',
    'A private authority has to be known to the container.',
  ],
};
