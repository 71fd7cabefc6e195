import { USUAL_SCOPE, type Application } from './application.js';

export const miniflux: Application = {
  id: 'miniflux',
  name: 'Miniflux',
  kind: 'application',
  about: 'Its environment.',
  exampleApp: 'https://miniflux.example.org',
  client: { redirectUris: ['{app}/oauth2/oidc/callback'], scope: USUAL_SCOPE },
  settings: (v) => [
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        `BASE_URL=${v.app}`,
        'OAUTH2_PROVIDER=oidc',
        'OAUTH2_OIDC_PROVIDER_NAME=Gatehouse',
        `OAUTH2_OIDC_DISCOVERY_ENDPOINT=${v.issuer}`,
        `OAUTH2_CLIENT_ID=${v.clientId}`,
        `OAUTH2_CLIENT_SECRET=${v.secret}`,
        `OAUTH2_REDIRECT_URL=${v.redirectUri}`,
        'OAUTH2_USER_CREATION=1',
      ],
    },
  ],
  groups: 'Miniflux makes nothing of groups.',
  signOut: 'A sign-out in Miniflux ends the session there only.',
  pitfalls: [
    '`OAUTH2_OIDC_DISCOVERY_ENDPOINT` is the issuer, without `/.well-known/openid-configuration`.',
    'Who has an account already links it in the settings, once signed in with the password.',
    'Miniflux sends PKCE by itself.',
    'A private authority has to be known to the system that Miniflux runs on.',
  ],
};
