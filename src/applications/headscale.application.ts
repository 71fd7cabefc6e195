import { quoted, SCOPE_WITH_GROUPS, type Application } from './application.js';

export const headscale: Application = {
  id: 'headscale',
  name: 'Headscale',
  kind: 'application',
  about: 'Its configuration file.',
  exampleApp: 'https://headscale.example.org',
  client: { redirectUris: ['{app}/oidc/callback'], scope: SCOPE_WITH_GROUPS },
  settings: (v) => [
    {
      where: '`config.yaml`',
      language: 'yaml',
      lines: [
        `server_url: ${v.app}`,
        'oidc:',
        '  only_start_if_oidc_is_available: true',
        `  issuer: "${v.issuer}"`,
        `  client_id: "${v.clientId}"`,
        `  client_secret: "${v.secret}"`,
        `  scope: [${quoted(v.scope)}]`,
        '  pkce:',
        '    enabled: true',
        '    method: S256',
      ],
    },
  ],
  groups: 'Only members of one of the groups can add a device.',
  groupSettings: () => [
    {
      where: '`config.yaml`, below `oidc`',
      language: 'yaml',
      lines: ['  allowed_groups:', '    - network'],
    },
  ],
  signOut:
    'A device stays in the network until its key runs out (`node.expiry`) or `headscale nodes expire` ends it; a sign-out at Gatehouse changes nothing in that.',
  pitfalls: [
    'PKCE is off by default, and Gatehouse then refuses the sign-in.',
    'An address that is not confirmed is not taken over, and `allowed_domains` and `allowed_users` then refuse (`email_verified_required`). `require_verified_email: true` in the clients file makes sure of it.',
    'Headscale does not start while it cannot reach Gatehouse, unless `only_start_if_oidc_is_available` is `false`.',
    'The redirect address is built from `server_url`.',
    'A private authority has to be known to the system that Headscale runs on.',
  ],
};
