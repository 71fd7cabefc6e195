import { SCOPE_WITH_GROUPS, type Application, type Values } from './application.js';

export const gitea: Application = {
  id: 'gitea',
  name: 'Gitea',
  kind: 'application',
  about: 'An authentication source of Gitea, made on the command line.',
  exampleApp: 'https://gitea.example.org',
  client: {
    redirectUris: ['{app}/user/oauth2/gatehouse/callback'],
    postLogoutRedirectUris: ['{app}/'],
    scope: SCOPE_WITH_GROUPS,
    withoutPkce: true,
  },
  settings: (v) => [addSource('gitea', v), autoRegistration('app.ini')],
  groups:
    'Members of the group in `--admin-group` become administrators. `--group-team-map` puts members into teams of organisations, `--required-claim-name groups --required-claim-value <group>` keeps everybody else out.',
  groupSettings: () => [groupMapping('gitea')],
  signOut:
    'A sign-out in Gitea goes on to Gatehouse and comes back; versions from before 2026 end the session there only. Gitea knows no back-channel logout.',
  pitfalls: [
    'The name of the source is part of the redirect address: another `--name` needs another `redirect_uris`.',
    'Gitea sends no PKCE, whence `require_pkce: false`.',
    'The same on a page: Site administration, Authentication sources, Add: type OAuth2, provider OpenID Connect.',
    'The redirect address is built from `ROOT_URL` in the section `[server]`.',
    'A private authority has to be known to the system that Gitea runs on.',
  ],
};

export const forgejo: Application = {
  ...gitea,
  id: 'forgejo',
  name: 'Forgejo',
  about: 'An authentication source of Forgejo, made on the command line.',
  exampleApp: 'https://forgejo.example.org',
  client: { redirectUris: gitea.client.redirectUris, scope: SCOPE_WITH_GROUPS },
  settings: (v) => [addSource('forgejo', v), autoRegistration('app.ini')],
  groupSettings: () => [groupMapping('forgejo')],
  signOut: 'A sign-out in Forgejo ends the session there. Forgejo knows no back-channel logout.',
  pitfalls: [
    'The name of the source is part of the redirect address: another `--name` needs another `redirect_uris`.',
    'Forgejo sends PKCE. A version that does not is refused with _requires PKCE_: update it, or write `require_pkce: false`.',
    'The redirect address is built from `ROOT_URL` in the section `[server]`.',
    'A private authority has to be known to the system that Forgejo runs on.',
  ],
};

function addSource(program: string, { clientId, secret, discovery, scope }: Values) {
  return {
    where: 'On its host, as the user it runs as',
    language: 'sh',
    lines: [
      `${program} admin auth add-oauth --provider openidConnect --name gatehouse \\`,
      `  --key '${clientId}' --secret '${secret}' \\`,
      `  --auto-discover-url '${discovery}' \\`,
      `  ${scope
        .split(' ')
        .map((each) => `--scopes ${each}`)
        .join(' ')}`,
    ],
  };
}

function autoRegistration(file: string) {
  return {
    where: `\`${file}\`, so that accounts are made at the first sign-in, under the name people have here`,
    language: 'ini',
    lines: ['[oauth2_client]', 'ENABLE_AUTO_REGISTRATION = true', 'USERNAME = preferred_username'],
  };
}

function groupMapping(program: string) {
  return {
    where: `For a source that exists (its number: \`${program} admin auth list\`)`,
    language: 'sh',
    lines: [
      `${program} admin auth update-oauth --id 1 \\`,
      `  --group-claim-name groups --admin-group git-admins \\`,
      `  --group-team-map '{"developers": {"our-organisation": ["Developers"]}}'`,
    ],
  };
}
