import { SCOPE_WITH_GROUPS, signOutUrl, type Application } from './application.js';

export const portainer: Application = {
  id: 'portainer',
  name: 'Portainer',
  kind: 'application',
  about: 'Settings, Authentication, OAuth, provider Custom.',
  exampleApp: 'https://portainer.example.org',
  client: {
    redirectUris: ['{app}'],
    postLogoutRedirectUris: ['{app}'],
    scope: SCOPE_WITH_GROUPS,
    withoutPkce: true,
  },
  settings: (v) => [
    {
      where: 'The fields of the form',
      fields: {
        'Use SSO': '(on)',
        'Automatic user provisioning': '(on)',
        'Client ID': v.clientId,
        'Client secret': v.secret,
        'Authorization URL': v.authorization,
        'Access token URL': v.token,
        'Resource URL': v.userinfo,
        'Redirect URL': v.redirectUri,
        'Logout URL': signOutUrl(v, ''),
        'User identifier': 'preferred_username',
        Scopes: v.scope,
        'Auth Style': 'In Params',
      },
    },
  ],
  groups:
    'Automatic team membership (Business Edition) takes the claim `groups`: a group is put beside a team by a regular expression, and one can be made administrators.',
  signOut:
    'With the logout URL a sign-out in Portainer ends the session at Gatehouse too, and comes back. There is no back-channel logout.',
  pitfalls: [
    'The redirect address is the one in the browser, with a port where there is one and without a slash at its end.',
    'Portainer sends no PKCE, whence `require_pkce: false`.',
    'Who is made by a sign-in has no right to any environment before somebody gives it.',
    'Keep the first administrator: with SSO hidden behind the internal prompt, `/#!/internal-auth` leads there.',
    'A private authority has to be in the certificates of the container (mounted over `/etc/ssl/certs/ca-certificates.crt`).',
  ],
};
