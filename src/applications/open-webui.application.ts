import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const openWebui: Application = {
  id: 'open-webui',
  name: 'Open WebUI',
  kind: 'application',
  about: 'Its environment.',
  exampleApp: 'https://ai.example.org',
  client: {
    redirectUris: ['{app}/oauth/oidc/callback'],
    backchannelLogoutUri: '{app}/oauth/backchannel-logout',
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        `WEBUI_URL=${v.app}`,
        'ENABLE_OAUTH_SIGNUP=true',
        'OAUTH_PROVIDER_NAME=Gatehouse',
        `OPENID_PROVIDER_URL=${v.discovery}`,
        `OAUTH_CLIENT_ID=${v.clientId}`,
        `OAUTH_CLIENT_SECRET=${v.secret}`,
        `OAUTH_SCOPES="${v.scope}"`,
        'OAUTH_CODE_CHALLENGE_METHOD=S256',
        `OPENID_REDIRECT_URI=${v.redirectUri}`,
        'ENABLE_OAUTH_BACKCHANNEL_LOGOUT=true',
      ],
    },
  ],
  groups: 'Roles from the groups, and groups of Open WebUI, each on request.',
  groupSettings: () => [
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        'ENABLE_OAUTH_ROLE_MANAGEMENT=true',
        'OAUTH_ROLES_CLAIM=groups',
        'OAUTH_ALLOWED_ROLES=ai,ai-admins',
        'OAUTH_ADMIN_ROLES=ai-admins',
        'ENABLE_OAUTH_GROUP_MANAGEMENT=true',
        'OAUTH_GROUP_CLAIM=groups',
      ],
    },
  ],
  signOut:
    'A sign-out goes on to Gatehouse, whose discovery document names the address. Sessions that end elsewhere are told by back-channel logout.',
  pitfalls: [
    'PKCE is off by default, and Gatehouse then refuses the sign-in.',
    'Back-channel logout ends sessions at once only with Redis (`REDIS_URL`). It goes by `sub`, so the clients file has no `backchannel_logout_session_required`.',
    'Some of these settings are kept in its database after the first start: what was changed on its pages may count instead of the environment (`ENABLE_OAUTH_PERSISTENT_CONFIG`).',
    '`OAUTH_MERGE_ACCOUNTS_BY_EMAIL` links accounts by the e-mail address: only with `require_verified_email: true`.',
    'A private authority: `SSL_CERT_FILE=/path/to/ca.pem`.',
  ],
};
