import { quoted, SCOPE_WITH_GROUPS, type Application } from './application.js';

export const synapse: Application = {
  id: 'synapse',
  name: 'Synapse (Matrix)',
  kind: 'application',
  about: '`oidc_providers` of Synapse, without the Matrix Authentication Service.',
  exampleApp: 'https://matrix.example.org',
  client: {
    redirectUris: ['{app}/_synapse/client/oidc/callback'],
    backchannelLogoutUri: '{app}/_synapse/client/oidc/backchannel_logout',
    backchannelSessionRequired: true,
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`homeserver.yaml`',
      language: 'yaml',
      lines: [
        `public_baseurl: ${v.app}/`,
        'oidc_providers:',
        '  - idp_id: gatehouse',
        '    idp_name: Gatehouse',
        `    issuer: ${v.issuer}`,
        `    client_id: ${v.clientId}`,
        `    client_secret: ${v.secret}`,
        `    scopes: [${quoted(v.scope)}]`,
        '    pkce_method: always',
        '    backchannel_logout_enabled: true',
        '    user_mapping_provider:',
        '      config:',
        "        localpart_template: '{{ user.preferred_username }}'",
        "        display_name_template: '{{ user.name }}'",
      ],
    },
  ],
  groups: 'Groups can be a condition for getting in; Matrix knows no groups of its own.',
  groupSettings: () => [
    {
      where: '`homeserver.yaml`, in the same entry',
      language: 'yaml',
      lines: ['    attribute_requirements:', '      - attribute: groups', '        value: matrix'],
    },
  ],
  signOut:
    'A sign-out in a client of Matrix ends that device only. When the session at Gatehouse ends, back-channel logout ends the devices that were signed in with it.',
  pitfalls: [
    'With back-channel logout every sign-out at Gatehouse takes the keys of the device with it. Leave both settings out where that is too much.',
    'The name in the Matrix address is fixed at the first sign-in. `idp_id` must not change afterwards.',
    'Accounts that exist are refused, unless `allow_existing_users: true`: then the user name decides.',
    'The redirect address is built from `public_baseurl`.',
    'A private authority: `SSL_CERT_FILE=/path/to/ca.pem`.',
  ],
};
