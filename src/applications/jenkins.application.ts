import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const jenkins: Application = {
  id: 'jenkins',
  name: 'Jenkins',
  kind: 'application',
  about: 'The plugin OpenId Connect Authentication (`oic-auth`), as configuration as code.',
  exampleApp: 'https://jenkins.example.org',
  client: {
    redirectUris: ['{app}/securityRealm/finishLogin'],
    postLogoutRedirectUris: ['{app}/OicLogout'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`jenkins.yaml`',
      language: 'yaml',
      lines: [
        'unclassified:',
        '  location:',
        `    url: ${v.app}/`,
        'jenkins:',
        '  securityRealm:',
        '    oic:',
        '      serverConfiguration:',
        '        wellKnown:',
        `          wellKnownOpenIDConfigurationUrl: ${v.discovery}`,
        `          scopesOverride: ${v.scope}`,
        `      clientId: ${v.clientId}`,
        '      clientSecret: ${GATEHOUSE_CLIENT_SECRET}',
        '      userNameField: preferred_username',
        '      fullNameFieldName: name',
        '      emailFieldName: email',
        '      groupsFieldName: groups',
        '      logoutFromOpenidProvider: true',
        '      properties:',
        '        - pkce',
      ],
    },
  ],
  groups: 'Groups are names in the authorization strategy.',
  groupSettings: () => [
    {
      where: '`jenkins.yaml`, with the plugin matrix-auth',
      language: 'yaml',
      lines: [
        'jenkins:',
        '  authorizationStrategy:',
        '    globalMatrix:',
        '      entries:',
        '        - group: { name: jenkins-admins, permissions: [Overall/Administer] }',
        '        - group: { name: authenticated, permissions: [Overall/Read, Job/Read] }',
      ],
    },
  ],
  signOut:
    'With `logoutFromOpenidProvider` a sign-out in Jenkins ends the session at Gatehouse too, and comes back.',
  pitfalls: [
    'PKCE is off by default, and Gatehouse then refuses the sign-in.',
    'Without `scopesOverride` the plugin asks for every scope that Gatehouse knows, and is refused what the client may not ask for.',
    'The other ways to sign in are gone with this one: set `escapeHatch` among the `properties` before you lock yourself out.',
    'The secret is in the environment of Jenkins, or in another source that configuration as code reads.',
    'A private authority: its certificate in the trust store of Java.',
  ],
};
