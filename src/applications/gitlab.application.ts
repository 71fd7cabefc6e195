import { quoted, SCOPE_WITH_GROUPS, type Application } from './application.js';

export const gitlab: Application = {
  id: 'gitlab',
  name: 'GitLab',
  kind: 'application',
  about: 'OmniAuth of a self-managed GitLab, installed from the Linux package.',
  exampleApp: 'https://gitlab.example.org',
  client: {
    redirectUris: ['{app}/users/auth/openid_connect/callback'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`/etc/gitlab/gitlab.rb`, then `gitlab-ctl reconfigure`',
      language: 'ruby',
      lines: [
        "gitlab_rails['omniauth_allow_single_sign_on'] = ['openid_connect']",
        "gitlab_rails['omniauth_block_auto_created_users'] = false",
        "gitlab_rails['omniauth_providers'] = [",
        '  {',
        '    name: "openid_connect",',
        '    label: "Gatehouse",',
        '    args: {',
        '      name: "openid_connect",',
        `      scope: [${quoted(v.scope)}],`,
        '      response_type: "code",',
        `      issuer: "${v.issuer}",`,
        '      discovery: true,',
        '      client_auth_method: "basic",',
        '      uid_field: "sub",',
        '      pkce: true,',
        '      client_options: {',
        `        identifier: "${v.clientId}",`,
        `        secret: "${v.secret}",`,
        `        redirect_uri: "${v.redirectUri}"`,
        '      }',
        '    }',
        '  }',
        ']',
      ],
    },
  ],
  groups:
    'GitLab Premium and Ultimate can let in, and make administrators of, the members of groups. It does not put people into groups of GitLab.',
  groupSettings: () => [
    {
      where: '`/etc/gitlab/gitlab.rb`, inside `client_options`',
      language: 'ruby',
      lines: [
        'gitlab: {',
        '  groups_attribute: "groups",',
        '  required_groups: ["developers"],',
        '  admin_groups: ["gitlab-admins"]',
        '}',
      ],
    },
  ],
  signOut: 'A sign-out in GitLab ends the session there. GitLab knows no back-channel logout.',
  pitfalls: [
    'Gatehouse has to be on https.',
    '`omniauth_block_auto_created_users` is `true` by default: people then wait for an administrator.',
    'Who has an account already connects it on the profile page, under Account; `omniauth_auto_link_user` does it by the e-mail address, which is safe only with `require_verified_email: true`.',
    'A private authority: put its certificate into `/etc/gitlab/trusted-certs/`, then `gitlab-ctl reconfigure`.',
  ],
};
