import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const nextcloud: Application = {
  id: 'nextcloud',
  name: 'Nextcloud',
  kind: 'application',
  about: 'The app OpenID Connect user backend (`user_oidc`).',
  exampleApp: 'https://cloud.example.org',
  client: {
    redirectUris: ['{app}/apps/user_oidc/code'],
    postLogoutRedirectUris: ['{app}/'],
    backchannelLogoutUri: '{app}/index.php/apps/user_oidc/backchannel-logout/gatehouse',
    backchannelSessionRequired: true,
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: 'On its host, in the folder of Nextcloud',
      language: 'sh',
      lines: [
        'sudo -u www-data php occ app:install user_oidc',
        'sudo -u www-data php occ user_oidc:provider gatehouse \\',
        `  --clientid='${v.clientId}' --clientsecret='${v.secret}' \\`,
        `  --discoveryuri='${v.discovery}' \\`,
        `  --scope='${v.scope}' \\`,
        '  --unique-uid=0 --mapping-uid=preferred_username \\',
        '  --mapping-display-name=name --mapping-email=email',
      ],
    },
  ],
  groups: 'Groups are made in Nextcloud as they are told, and people are put into them and taken out.',
  groupSettings: () => [
    {
      where: 'For a provider that exists',
      language: 'sh',
      lines: [
        'sudo -u www-data php occ user_oidc:provider gatehouse \\',
        '  --group-provisioning=1 --mapping-groups=groups \\',
        "  --group-whitelist-regex='/^cloud-/'",
      ],
    },
  ],
  signOut:
    'A sign-out in Nextcloud ends the session at Gatehouse too (`single_logout`, on by default). Sessions that end elsewhere are told by back-channel logout.',
  pitfalls: [
    'The name of the provider (`gatehouse`) is part of the back-channel address.',
    'Without pretty URLs the redirect address is `…/index.php/apps/user_oidc/code`.',
    'Nextcloud has to be on https. Behind a proxy that needs `overwriteprotocol` in `config.php`.',
    'The app asks for `groups` as a claim, whatever its scopes are: a client whose `scope` lacks `groups` is refused. Without groups, set `enable_default_claims` to `false` in the section `user_oidc` of `config.php`.',
    '`--mapping-uid=preferred_username` gives readable accounts. Where people could give back a user name and others take it, leave it out: then `sub` counts.',
    'A Gatehouse on an internal address: `allow_local_remote_servers` in `config.php`. A private authority: `occ security:certificates:import /path/to/ca.pem`.',
    'With `?direct=1` at the end of the login address an administrator gets in with a local password.',
  ],
};
