import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const oidcClientTs: Application = {
  id: 'oidc-client-ts',
  name: 'oidc-client-ts (browser)',
  kind: 'library',
  about:
    'Version 3, for a single-page application without a server; react-oidc-context and others are made of it.',
  exampleApp: 'https://calendar.example.org',
  client: {
    redirectUris: ['{app}/callback'],
    postLogoutRedirectUris: ['{app}/'],
    scope: `${SCOPE_WITH_GROUPS} offline_access`,
    isPublic: true,
  },
  settings: (v) => [
    {
      where: 'The application',
      language: 'ts',
      lines: [
        "import { UserManager } from 'oidc-client-ts';",
        '',
        'export const users = new UserManager({',
        `  authority: '${v.issuer}',`,
        `  client_id: '${v.clientId}',`,
        `  redirect_uri: '${v.redirectUri}',`,
        `  post_logout_redirect_uri: '${v.app}/',`,
        `  scope: '${v.scope}',`,
        '  automaticSilentRenew: true,',
        '});',
        '',
        '// A button',
        'await users.signinRedirect();',
        '// The page at redirect_uri',
        'const { profile } = await users.signinCallback();',
      ],
    },
  ],
  groups:
    '`profile.groups` is a list of names. What an API allows is for the API to decide, not for the page.',
  signOut: '`users.signoutRedirect()` ends the session at Gatehouse too, and comes back.',
  pitfalls: [
    'It has no secret. PKCE is on by itself.',
    'Its pages may call the token and userinfo endpoints from the origin of its `redirect_uris`, and from no other.',
    'Leave `monitorSession` off (the default): Gatehouse has no session iframe.',
    '`profile` is without `acr` and `amr` unless `filterProtocolClaims: false` is set. They are in the ID token either way.',
    'Without `offline_access` the tokens are renewed in a hidden frame. That needs the application to be of the same site as Gatehouse (`app.example.org` and `sign-in.example.org`): from another one browsers send no cookie along, and the answer is `login_required`.',
    '`signinPopup` works with version 3.5. Gatehouse cuts a window off from the page that opened it, so what relies on `window.opener` does not.',
    'With `offline_access` the tokens are renewed by the refresh token. Each is good for one use: two tabs that share a store must not renew at the same time.',
  ],
};
