import type { Application } from './application.js';

export const homeAssistant: Application = {
  id: 'home-assistant',
  name: 'Home Assistant',
  kind: 'application',
  about:
    'Home Assistant has no OpenID Connect of its own. These are the settings of the integration `hass-oidc-auth`, which HACS installs.',
  exampleApp: 'https://home.example.org',
  client: { redirectUris: ['{app}/auth/oidc/callback'], scope: 'openid profile groups' },
  settings: (v) => [
    {
      where: '`configuration.yaml`',
      language: 'yaml',
      lines: [
        'auth_oidc:',
        `  client_id: "${v.clientId}"`,
        '  client_secret: !secret gatehouse_client_secret',
        `  discovery_url: "${v.discovery}"`,
        '  display_name: "Gatehouse"',
      ],
    },
    {
      where: '`secrets.yaml`',
      language: 'yaml',
      lines: [`gatehouse_client_secret: "${v.secret}"`],
    },
  ],
  groups:
    'One group is administrators. With a group for users everybody who is in neither is refused; without, everybody gets in.',
  groupSettings: () => [
    {
      where: '`configuration.yaml`, below `auth_oidc`',
      language: 'yaml',
      lines: ['  roles:', '    admin: "home-admins"', '    user: "home"'],
    },
  ],
  signOut: 'A sign-out in Home Assistant ends the session there only.',
  pitfalls: [
    'Without a client secret the integration is a public client: then the clients file says `token_endpoint_auth_method: none`.',
    'Behind a proxy Home Assistant needs `use_x_forwarded_for` and `trusted_proxies`, else its redirect address is on http. `features: {force_https: true}` is the way out.',
    '`features.automatic_user_linking` gives an existing account to whoever has its name here: switch it on for the move only.',
    'A private authority: `network: {tls_ca_path: /path/to/ca.pem}` below `auth_oidc`.',
  ],
};
