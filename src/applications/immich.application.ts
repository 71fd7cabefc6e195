import { USUAL_SCOPE, type Application } from './application.js';

export const immich: Application = {
  id: 'immich',
  name: 'Immich',
  kind: 'application',
  about: 'Administration, Settings, Authentication Settings, OAuth.',
  exampleApp: 'https://immich.example.org',
  client: {
    redirectUris: ['{app}/auth/login', '{app}/user-settings', '{app}/api/oauth/mobile-redirect'],
    backchannelLogoutUri: '{app}/api/oauth/backchannel-logout',
    backchannelSessionRequired: true,
    scope: USUAL_SCOPE,
  },
  settings: (v) => [
    {
      where: 'The fields of the form',
      fields: {
        'Issuer URL': v.issuer,
        'Client ID': v.clientId,
        'Client Secret': v.secret,
        'Token Endpoint Auth Method': 'client_secret_basic',
        Scope: v.scope,
        'Signing Algorithm': 'RS256',
        'Storage Label Claim': 'preferred_username',
        'Button Text': 'Sign in with Gatehouse',
        'Auto Register': '(on)',
        'Mobile Redirect URI Override': '(on)',
        'Mobile Redirect URI': `${v.app}/api/oauth/mobile-redirect`,
      },
    },
  ],
  groups:
    'Immich makes nothing of groups. It reads a role (`user` or `admin`) from the claim `immich_role`, when the account is made and not again.',
  signOut:
    'A sign-out in Immich goes on to Gatehouse, whose discovery document names the address. Sessions that end elsewhere are told by back-channel logout; versions from before 2026 do not know it, and the two lines for it are then of no use.',
  pitfalls: [
    "The phone app comes back to `app.immich:///oauth-callback`, which a web client with a secret cannot register. Immich's own page `/api/oauth/mobile-redirect` takes its place: both fields for it have to be set.",
    'Each address by which people open Immich needs its own entries in `redirect_uris`.',
    'Accounts are found by the e-mail address: `require_verified_email: true` keeps somebody else from taking one.',
    'A private authority: `NODE_EXTRA_CA_CERTS=/path/to/ca.pem` for the server.',
  ],
};
