import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const modAuthOpenidc: Application = {
  id: 'mod-auth-openidc',
  name: 'mod_auth_openidc (Apache)',
  kind: 'application',
  about:
    'The module of Apache httpd that protects a path. On Debian: `apt-get install libapache2-mod-auth-openidc`.',
  exampleApp: 'https://www.example.org',
  client: {
    redirectUris: ['{app}/oidc/callback'],
    postLogoutRedirectUris: ['{app}/'],
    backchannelLogoutUri: '{app}/oidc/callback?logout=backchannel',
    backchannelSessionRequired: true,
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: 'The virtual host',
      language: 'apache',
      lines: [
        `OIDCProviderMetadataURL ${v.discovery}`,
        `OIDCClientID ${v.clientId}`,
        `OIDCClientSecret ${v.secret}`,
        '# A path below one that is protected, where nothing else is.',
        `OIDCRedirectURI ${v.redirectUri}`,
        '# openssl rand -hex 32',
        'OIDCCryptoPassphrase REPLACE-WITH-A-RANDOM-SECRET',
        `OIDCScope "${v.scope}"`,
        'OIDCPKCEMethod S256',
        'OIDCRemoteUserClaim preferred_username',
        '',
        '<Location />',
        '  AuthType openid-connect',
        '  Require valid-user',
        '</Location>',
      ],
    },
  ],
  groups: 'A claim is a condition like any other of Apache.',
  groupSettings: () => [
    {
      where: 'The virtual host',
      language: 'apache',
      lines: [
        '<Location /admin>',
        '  AuthType openid-connect',
        '  Require claim groups:admins',
        '</Location>',
      ],
    },
  ],
  signOut:
    'A link to `/oidc/callback?logout=` followed by the encoded address to come back to ends the session here and at Gatehouse. Sessions that end elsewhere are told by back-channel logout.',
  pitfalls: [
    'Older versions send PKCE only with `OIDCPKCEMethod S256`; newer ones do it by themselves.',
    'The redirect address has to be on a protected path (`AuthType openid-connect`), and no page of yours may be there.',
    'For back-channel logout the sessions have to be on the server (`OIDCSessionType server-cache`, the default), and in a cache that all instances share.',
    'What the application behind is told: `REMOTE_USER`, and each claim as `OIDC_CLAIM_…`.',
    'Only who opens a page is sent to sign in; the request of a script in a page is answered with 401.',
    'A private authority: `OIDCCABundlePath /path/to/ca.pem`.',
  ],
};
