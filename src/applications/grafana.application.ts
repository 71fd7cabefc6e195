import { SCOPE_WITH_GROUPS, signOutUrl, type Application } from './application.js';

export const grafana: Application = {
  id: 'grafana',
  name: 'Grafana',
  kind: 'application',
  about: 'Generic OAuth of Grafana, in its configuration file.',
  exampleApp: 'https://grafana.example.org',
  client: {
    redirectUris: ['{app}/login/generic_oauth'],
    postLogoutRedirectUris: ['{app}/login'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`grafana.ini`',
      language: 'ini',
      lines: [
        '[server]',
        `root_url = ${v.app}/`,
        '',
        '[auth.generic_oauth]',
        'enabled = true',
        'name = Gatehouse',
        'allow_sign_up = true',
        `client_id = ${v.clientId}`,
        `client_secret = ${v.secret}`,
        `scopes = ${v.scope}`,
        `auth_url = ${v.authorization}`,
        `token_url = ${v.token}`,
        `api_url = ${v.userinfo}`,
        'login_attribute_path = preferred_username',
        'name_attribute_path = name',
        'email_attribute_path = email',
        'use_pkce = true',
        `signout_redirect_url = ${signOutUrl(v, '/login')}`,
      ],
    },
  ],
  groups:
    'A JMESPath expression makes a role out of the groups. Without one everybody gets the role that `auto_assign_org_role` names.',
  groupSettings: () => [
    {
      where: '`grafana.ini`, in the same section',
      language: 'ini',
      lines: [
        "role_attribute_path = contains(groups[*], 'grafana-admins') && 'Admin' || contains(groups[*], 'grafana-editors') && 'Editor' || 'Viewer'",
        'groups_attribute_path = groups',
        '# Only members of one of these get in at all:',
        '# allowed_groups = grafana-admins grafana-editors',
      ],
    },
  ],
  signOut:
    'With `signout_redirect_url` a sign-out in Grafana ends the session at Gatehouse too, and comes back. Grafana knows no back-channel logout.',
  pitfalls: [
    'Without `root_url` Grafana builds its redirect address from its own port, and the sign-in is refused.',
    '`auth_url` is opened by the browser, `token_url` and `api_url` by Grafana itself.',
    'In environment variables each setting is `GF_AUTH_GENERIC_OAUTH_…`, as in `GF_AUTH_GENERIC_OAUTH_CLIENT_ID`.',
    'A private authority: `tls_client_ca = /path/to/ca.pem`.',
    'To stay signed in for longer than an access token lives, add `offline_access` to `scopes` here and to `scope` in the clients file, and `use_refresh_token = true`.',
  ],
};
