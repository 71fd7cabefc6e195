import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const pgadmin: Application = {
  id: 'pgadmin',
  name: 'pgAdmin 4',
  kind: 'application',
  about: 'Server mode, its Python configuration.',
  exampleApp: 'https://pgadmin.example.org',
  client: {
    redirectUris: ['{app}/oauth2/authorize'],
    postLogoutRedirectUris: ['{app}/'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`config_local.py`',
      language: 'python',
      lines: [
        'AUTHENTICATION_SOURCES = ["oauth2", "internal"]',
        'OAUTH2_CONFIG = [{',
        '    "OAUTH2_NAME": "gatehouse",',
        '    "OAUTH2_DISPLAY_NAME": "Gatehouse",',
        `    "OAUTH2_CLIENT_ID": "${v.clientId}",`,
        `    "OAUTH2_CLIENT_SECRET": "${v.secret}",`,
        `    "OAUTH2_SERVER_METADATA_URL": "${v.discovery}",`,
        `    "OAUTH2_SCOPE": "${v.scope}",`,
        '    "OAUTH2_USERNAME_CLAIM": "preferred_username",',
        '    "OAUTH2_CHALLENGE_METHOD": "S256",',
        '    "OAUTH2_RESPONSE_TYPE": "code",',
        '    "OAUTH2_AUTO_CREATE_USER": True,',
        `    "OAUTH2_LOGOUT_URL": "${v.endSession}?post_logout_redirect_uri={redirect_uri}&id_token_hint={id_token}",`,
        '}]',
      ],
    },
  ],
  groups: 'Only people with one of the values of a claim get in.',
  groupSettings: () => [
    {
      where: '`config_local.py`, in the same entry',
      language: 'python',
      lines: ['    "OAUTH2_ADDITIONAL_CLAIMS": {"groups": ["database-admins"]},'],
    },
  ],
  signOut:
    'With `OAUTH2_LOGOUT_URL` a sign-out in pgAdmin ends the session at Gatehouse too, and comes back.',
  pitfalls: [
    'PKCE is off by default: both `OAUTH2_CHALLENGE_METHOD` and `OAUTH2_RESPONSE_TYPE` are needed.',
    'Single environment variables such as `PGADMIN_CONFIG_OAUTH2_CLIENT_ID` do nothing: in a container the whole list is `PGADMIN_CONFIG_OAUTH2_CONFIG`.',
    'The redirect address has no name of a provider in it. Behind a proxy on a path, pgAdmin needs `X-Script-Name`.',
    'A private authority: `REQUESTS_CA_BUNDLE=/path/to/ca.pem`.',
  ],
};
