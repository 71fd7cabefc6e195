import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const harbor: Application = {
  id: 'harbor',
  name: 'Harbor',
  kind: 'application',
  about: 'Version 2.13 or newer: Administration, Configuration, Authentication, Auth Mode OIDC.',
  exampleApp: 'https://harbor.example.org',
  client: {
    redirectUris: ['{app}/c/oidc/callback'],
    scope: `${SCOPE_WITH_GROUPS} offline_access`,
  },
  settings: (v) => [
    {
      where: 'The fields of the form',
      fields: {
        'OIDC Provider Name': 'Gatehouse',
        'OIDC Provider Endpoint': v.issuer,
        'OIDC Client ID': v.clientId,
        'OIDC Client Secret': v.secret,
        'OIDC Scope': v.scope.replaceAll(' ', ','),
        'Group Claim Name': 'groups',
        'OIDC Admin Group': 'harbor-admins',
        'Verify Certificate': '(on)',
        'Automatic onboarding': '(on)',
        'Username Claim': 'preferred_username',
      },
    },
  ],
  groups:
    'The groups are made in Harbor as they are told (those that _OIDC Group Filter_ lets through), and can be members of projects. The admin group is administrators.',
  signOut: '_OIDC Session Logout_ ends the session at Gatehouse with the one in Harbor.',
  pitfalls: [
    'The mode can be changed only while `admin` is the only account.',
    'Before version 2.13 Harbor sent no PKCE: update it, or write `require_pkce: false`.',
    'The scopes are separated by commas.',
    '`docker login` takes the CLI secret of the profile page. It lives on refresh tokens, whence `offline_access`: after 14 days, or when the session has ended, people sign in on the page once more.',
    'The redirect address is built from `external_url` in `harbor.yml`.',
    'A private authority has to be known to the core container; _Verify Certificate_ off is for trying out only.',
  ],
};
