import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const bookstack: Application = {
  id: 'bookstack',
  name: 'BookStack',
  kind: 'application',
  about: 'Its environment file.',
  exampleApp: 'https://bookstack.example.org',
  client: {
    redirectUris: ['{app}/oidc/callback'],
    postLogoutRedirectUris: ['{app}', '{app}/'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`.env`',
      language: 'sh',
      lines: [
        `APP_URL=${v.app}`,
        'AUTH_METHOD=oidc',
        'OIDC_NAME=Gatehouse',
        'OIDC_DISPLAY_NAME_CLAIMS=name',
        `OIDC_CLIENT_ID=${v.clientId}`,
        `OIDC_CLIENT_SECRET=${v.secret}`,
        `OIDC_ISSUER=${v.issuer}`,
        'OIDC_ISSUER_DISCOVER=true',
        'OIDC_END_SESSION_ENDPOINT=true',
      ],
    },
  ],
  groups:
    'Roles of BookStack are given by name, or by the _External Authentication IDs_ of a role where a group has another name.',
  groupSettings: () => [
    {
      where: '`.env`',
      language: 'sh',
      lines: [
        'OIDC_ADDITIONAL_SCOPES=groups',
        'OIDC_USER_TO_GROUPS=true',
        'OIDC_GROUPS_CLAIM=groups',
        'OIDC_REMOVE_FROM_GROUPS=true',
      ],
    },
  ],
  signOut: 'With `OIDC_END_SESSION_ENDPOINT=true` a sign-out in BookStack ends the session at Gatehouse too.',
  pitfalls: [
    'With `AUTH_METHOD=oidc` nobody signs in with a password any more. Keep an administrator whose _External Authentication ID_ is their `sub` here.',
    'The address after a sign-out is refused if it is not registered exactly as BookStack sends it; with `AUTH_AUTO_INITIATE=true` it is another one. The log of Gatehouse has it.',
    '`OIDC_REMOVE_FROM_GROUPS` takes roles away that were given by hand.',
    'A private authority has to be known to the system that PHP runs on.',
  ],
};
