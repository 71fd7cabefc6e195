import { USUAL_SCOPE, type Application } from './application.js';

export const vikunja: Application = {
  id: 'vikunja',
  name: 'Vikunja',
  kind: 'application',
  about: 'Its configuration file.',
  exampleApp: 'https://vikunja.example.org',
  client: {
    redirectUris: ['{app}/auth/openid/gatehouse'],
    postLogoutRedirectUris: ['{app}'],
    scope: USUAL_SCOPE,
    withoutPkce: true,
  },
  settings: (v) => [
    {
      where: '`config.yml`',
      language: 'yaml',
      lines: [
        'service:',
        `  publicurl: ${v.app}`,
        'auth:',
        '  openid:',
        '    enabled: true',
        '    providers:',
        '      gatehouse:',
        '        name: Gatehouse',
        `        authurl: ${v.issuer}`,
        `        logouturl: ${v.endSession}`,
        `        clientid: ${v.clientId}`,
        `        clientsecret: ${v.secret}`,
        `        scope: ${v.scope}`,
      ],
    },
  ],
  groups:
    'Vikunja makes teams out of a claim `vikunja_groups`, a list of objects; the claim `groups` says nothing to it.',
  signOut: 'With `logouturl` a sign-out in Vikunja goes on to Gatehouse.',
  pitfalls: [
    'The key of the provider (`gatehouse`) is part of the redirect address.',
    'Vikunja sends no PKCE, whence `require_pkce: false`.',
    'The frontend makes the redirect address out of the address it is opened at.',
    '`authurl` is the issuer, without a slash at its end.',
    'A private authority has to be known to the system that Vikunja runs on.',
  ],
};
