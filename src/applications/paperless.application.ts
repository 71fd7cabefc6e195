import { quoted, SCOPE_WITH_GROUPS, type Application } from './application.js';

export const paperless: Application = {
  id: 'paperless',
  name: 'Paperless-ngx',
  kind: 'application',
  about: 'Its environment; django-allauth does the sign-in.',
  exampleApp: 'https://paperless.example.org',
  client: { redirectUris: ['{app}/accounts/oidc/gatehouse/login/callback/'], scope: SCOPE_WITH_GROUPS },
  settings: (v) => [
    {
      where: 'Environment (the JSON in one line)',
      language: 'sh',
      lines: [
        `PAPERLESS_URL=${v.app}`,
        'PAPERLESS_APPS=allauth.socialaccount.providers.openid_connect',
        `PAPERLESS_SOCIALACCOUNT_PROVIDERS='{"openid_connect": {"OAUTH_PKCE_ENABLED": true, "SCOPE": [${quoted(v.scope)}], "APPS": [{"provider_id": "gatehouse", "name": "Gatehouse", "client_id": "${v.clientId}", "secret": "${v.secret}", "settings": {"server_url": "${v.issuer}", "token_auth_method": "client_secret_basic"}}]}}'`,
        'PAPERLESS_SOCIAL_AUTO_SIGNUP=true',
      ],
    },
  ],
  groups:
    'People are put into groups of the same name, and taken out of the others. The groups have to exist.',
  groupSettings: () => [
    {
      where: 'Environment',
      language: 'sh',
      lines: ['PAPERLESS_SOCIAL_ACCOUNT_SYNC_GROUPS=true'],
    },
  ],
  signOut:
    'A sign-out in Paperless ends the session there. `PAPERLESS_LOGOUT_REDIRECT_URL` can lead on to `/oidc/session/end` of Gatehouse.',
  pitfalls: [
    'PKCE is off by default, and Gatehouse then refuses the sign-in: `OAUTH_PKCE_ENABLED`.',
    'The `provider_id` is part of the redirect address, and the slash at its end belongs to it.',
    'Behind a proxy the redirect address may be on http: `PAPERLESS_ACCOUNT_DEFAULT_HTTP_PROTOCOL=https`.',
    'Who has an account already connects it under My Profile. `PAPERLESS_DISABLE_REGULAR_LOGIN=true` hides the password after that.',
    'A private authority: `REQUESTS_CA_BUNDLE=/path/to/ca.pem`.',
  ],
};
