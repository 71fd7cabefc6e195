import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const mealie: Application = {
  id: 'mealie',
  name: 'Mealie',
  kind: 'application',
  about: 'Version 2 or newer, its environment.',
  exampleApp: 'https://mealie.example.org',
  client: {
    redirectUris: ['{app}/login'],
    postLogoutRedirectUris: ['{app}/login?direct=1'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        `BASE_URL=${v.app}`,
        'OIDC_AUTH_ENABLED=true',
        'OIDC_SIGNUP_ENABLED=true',
        'OIDC_PROVIDER_NAME=Gatehouse',
        `OIDC_CONFIGURATION_URL=${v.discovery}`,
        `OIDC_CLIENT_ID=${v.clientId}`,
        `OIDC_CLIENT_SECRET=${v.secret}`,
        'OIDC_USER_CLAIM=email',
      ],
    },
  ],
  groups:
    'One group may get in, another is administrators and gets in as well. Neither has to do with the groups inside Mealie.',
  groupSettings: () => [
    {
      where: 'Environment',
      language: 'sh',
      lines: ['OIDC_GROUPS_CLAIM=groups', 'OIDC_USER_GROUP=mealie', 'OIDC_ADMIN_GROUP=mealie-admins'],
    },
  ],
  signOut: 'A sign-out in Mealie ends the session there.',
  pitfalls: [
    'Accounts are found by `OIDC_USER_CLAIM`, the e-mail address: `require_verified_email: true` keeps somebody else from taking one.',
    'The redirect address is the login page itself.',
    'With `OIDC_AUTO_REDIRECT=true` the login page is skipped; `?direct=1` brings it back.',
    'A private authority: `OIDC_TLS_CACERTFILE=/path/to/ca.pem`.',
  ],
};
