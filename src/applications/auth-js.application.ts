import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const authJs: Application = {
  id: 'auth-js',
  name: 'Auth.js (NextAuth)',
  kind: 'library',
  about: 'Auth.js 5 in Next.js, as a provider of your own.',
  exampleApp: 'https://app.example.org',
  client: {
    redirectUris: ['{app}/api/auth/callback/gatehouse'],
    postLogoutRedirectUris: ['{app}'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`auth.ts`',
      language: 'ts',
      lines: [
        "import NextAuth from 'next-auth';",
        '',
        'export const { handlers, auth, signIn, signOut } = NextAuth({',
        '  providers: [',
        '    {',
        "      id: 'gatehouse',",
        "      name: 'Gatehouse',",
        "      type: 'oidc',",
        `      issuer: '${v.issuer}',`,
        `      clientId: '${v.clientId}',`,
        '      clientSecret: process.env.AUTH_GATEHOUSE_SECRET,',
        "      checks: ['pkce', 'state', 'nonce'],",
        `      authorization: { params: { scope: '${v.scope}' } },`,
        '    },',
        '  ],',
        '});',
      ],
    },
    {
      where: 'Environment',
      language: 'sh',
      lines: [
        `AUTH_URL=${v.app}`,
        '# npx auth secret',
        'AUTH_SECRET=REPLACE-WITH-A-RANDOM-SECRET',
        `AUTH_GATEHOUSE_SECRET=${v.secret}`,
      ],
    },
  ],
  groups:
    'The claims are there at the sign-in; what the application needs of them is put into its own session.',
  groupSettings: () => [
    {
      where: '`auth.ts`, beside `providers`',
      language: 'ts',
      lines: [
        'callbacks: {',
        '  jwt({ token, profile }) {',
        '    if (profile) token.groups = profile.groups;',
        '    return token;',
        '  },',
        '  session({ session, token }) {',
        '    return { ...session, groups: token.groups };',
        '  },',
        '},',
      ],
    },
  ],
  signOut:
    '`signOut()` ends the session of the application only. Send the browser on to `/oidc/session/end` with `client_id` and `post_logout_redirect_uri` to end the one at Gatehouse.',
  pitfalls: [
    'In other frameworks than Next.js the address is `/auth/callback/gatehouse`: their `basePath` is `/auth`.',
    'Behind a proxy set `AUTH_TRUST_HOST=true` or `AUTH_URL`, else the redirect address is the internal one.',
    'Gatehouse on http, other than for development on localhost, is refused by the library.',
    'A private authority: `NODE_EXTRA_CA_CERTS=/path/to/ca.pem`.',
  ],
};
