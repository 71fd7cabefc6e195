import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const proxmox: Application = {
  id: 'proxmox',
  name: 'Proxmox VE',
  kind: 'application',
  about: 'A realm of Proxmox Virtual Environment.',
  exampleApp: 'https://pve.example.org:8006',
  client: { redirectUris: ['{app}'], scope: SCOPE_WITH_GROUPS },
  settings: (v) => [
    {
      where: 'On a node, as root',
      language: 'sh',
      lines: [
        'pveum realm add gatehouse --type openid \\',
        `  --issuer-url '${v.issuer}' \\`,
        `  --client-id '${v.clientId}' --client-key '${v.secret}' \\`,
        '  --username-claim username --autocreate 1 \\',
        `  --scopes '${v.scope}'`,
      ],
    },
  ],
  groups:
    'A group `admins` is the group `admins-gatehouse` in Proxmox: the name of the realm is put behind it. Without permissions of its own or of its groups an account sees nothing.',
  groupSettings: () => [
    {
      where: 'On a node, as root',
      language: 'sh',
      lines: [
        'pveum realm modify gatehouse --groups-claim groups --groups-autocreate 1 --groups-overwrite 1',
        'pveum group add admins-gatehouse',
        'pveum acl modify / --groups admins-gatehouse --roles Administrator',
      ],
    },
  ],
  signOut: 'A sign-out in Proxmox ends the session there only.',
  pitfalls: [
    'The redirect address is the one in the browser, with the port and without a slash at its end. Each node by whose address people come needs one of its own in `redirect_uris`.',
    '`--username-claim` cannot be changed once the realm is there. `username` takes the user name here; `subject` takes `sub`, which never changes but which nobody can read.',
    'Accounts that exist have the name `<user name>@gatehouse`.',
    'A private authority: its certificate in `/usr/local/share/ca-certificates/`, then `update-ca-certificates`, on each node.',
  ],
};
