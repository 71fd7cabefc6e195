import { USUAL_SCOPE, signOutUrl, type Application } from './application.js';

export const passport: Application = {
  id: 'passport',
  name: 'passport-openidconnect (Express)',
  kind: 'library',
  about: 'For an application that has Passport already. For a new one take openid-client.',
  exampleApp: 'https://wiki.example.org',
  client: {
    redirectUris: ['{app}/callback'],
    postLogoutRedirectUris: ['{app}/'],
    scope: USUAL_SCOPE,
    withoutPkce: true,
  },
  settings: (v) => [
    {
      where: 'Where the strategies are',
      language: 'js',
      lines: [
        'passport.use(',
        '  new OpenIDConnectStrategy(',
        '    {',
        `      issuer: '${v.issuer}',`,
        `      authorizationURL: '${v.authorization}',`,
        `      tokenURL: '${v.token}',`,
        `      userInfoURL: '${v.userinfo}',`,
        `      clientID: '${v.clientId}',`,
        '      clientSecret: process.env.CLIENT_SECRET,',
        `      callbackURL: '${v.redirectUri}',`,
        `      scope: [${v.scope
          .split(' ')
          .filter((scope) => scope !== 'openid')
          .map((scope) => `'${scope}'`)
          .join(', ')}],`,
        '      nonce: true,',
        '    },',
        '    (issuer, profile, done) => done(null, { issuer, id: profile.id, name: profile.username }),',
        '  ),',
        ');',
      ],
    },
    {
      where: 'The way out, after `req.logout`',
      language: 'js',
      lines: [`res.redirect('${signOutUrl(v, '/')}');`],
    },
  ],
  groups: 'The profile has no groups: fetch them from userinfo with the access token, or take openid-client.',
  signOut: 'The redirect above ends the session at Gatehouse too, and comes back.',
  pitfalls: [
    'It knows no PKCE, whence `require_pkce: false`.',
    "It does not check the ID token's signature, but relies on TLS to the token endpoint: never on http.",
    'People are recognised by `issuer` and `id` together.',
    'A private authority: `NODE_EXTRA_CA_CERTS=/path/to/ca.pem`.',
  ],
};
