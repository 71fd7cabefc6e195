import type { Application } from './application.js';

export const jellyfin: Application = {
  id: 'jellyfin',
  name: 'Jellyfin',
  kind: 'application',
  about: 'The plugin SSO-Auth (`jellyfin-plugin-sso`); Jellyfin has no OpenID Connect of its own.',
  exampleApp: 'https://jellyfin.example.org',
  client: { redirectUris: ['{app}/sso/OID/redirect/gatehouse'], scope: 'openid profile groups' },
  settings: (v) => [
    {
      where: 'With a key from Dashboard, API Keys; the same fields are on the page of the plugin',
      language: 'sh',
      lines: [
        `curl -X POST '${v.app}/sso/OID/Add/gatehouse?api_key=AN-API-KEY' \\`,
        "  -H 'Content-Type: application/json' --data-binary @- <<'END'",
        '{',
        `  "oidEndpoint": "${v.issuer}",`,
        `  "oidClientId": "${v.clientId}",`,
        `  "oidSecret": "${v.secret}",`,
        '  "enabled": true,',
        '  "enableAuthorization": true,',
        '  "enableAllFolders": true,',
        '  "enabledFolders": [],',
        '  "roles": ["jellyfin", "jellyfin-admins"],',
        '  "adminRoles": ["jellyfin-admins"],',
        '  "roleClaim": "groups",',
        '  "oidScopes": ["groups"],',
        '  "schemeOverride": "https"',
        '}',
        'END',
      ],
    },
    {
      where: 'A button on the login page: Dashboard, General, Login disclaimer',
      language: 'html',
      lines: [
        `<form action="${v.app}/sso/OID/start/gatehouse">`,
        '  <button class="raised block emby-button button-submit">Sign in with Gatehouse</button>',
        '</form>',
      ],
    },
  ],
  groups:
    '`roles` are the groups that get in, `adminRoles` those that become administrators. An empty list of `roles` lets in everybody who can sign in.',
  signOut: 'A sign-out in Jellyfin ends the session there only; the plugin says so.',
  pitfalls: [
    'The name of the provider (`gatehouse`) is part of the redirect address, and capitals count.',
    'With `enableAuthorization` the rights of an account are set anew at each sign-in.',
    'Apps on televisions and phones do not go through the plugin: people sign in there with Quick Connect or a password of Jellyfin.',
    'A private authority has to be known to the system that Jellyfin runs on.',
  ],
};
