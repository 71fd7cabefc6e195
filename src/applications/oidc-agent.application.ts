import { USUAL_SCOPE, type Application } from './application.js';

export const oidcAgent: Application = {
  id: 'oidc-agent',
  name: 'oidc-agent',
  kind: 'application',
  about: 'Keeps tokens for programs of the command line. On Debian: `apt-get install oidc-agent-cli`.',
  exampleApp: 'http://localhost:4242',
  client: {
    redirectUris: ['http://localhost:4242'],
    scope: `${USUAL_SCOPE} offline_access`,
    isPublic: true,
    isNative: true,
  },
  settings: (v) => [
    {
      where: 'A shell',
      language: 'sh',
      lines: [
        'eval "$(oidc-agent)"',
        `oidc-gen gatehouse --issuer=${v.issuer} --client-id='${v.clientId}' --client-secret='' \\`,
        `  --redirect-uri=${v.redirectUri} --scope='${v.scope}' --flow=code`,
        'oidc-token gatehouse',
      ],
    },
  ],
  groups: 'It makes nothing of groups. What a token allows is for the API to decide.',
  signOut:
    'There is none. A refresh token ends with its access on the account pages, with the session it was made in, or after 14 days; `oidc-gen --reauthenticate gatehouse` makes a new one.',
  pitfalls: [
    'It listens on the port that `--redirect-uri` names. For a native application any port of the registered address will do.',
    "Without `--client-secret=''` it asks for a secret, and there is none.",
    'On a computer without a browser write `--flow=device`: it shows a code to be typed at Gatehouse. The entry then says `grant_types: [authorization_code, refresh_token, urn:ietf:params:oauth:grant-type:device_code]`.',
    'People are asked for their consent each time, as native applications have to; `first_party: true` saves them that.',
    'It wants a password to encrypt what it keeps on the disk. For a script: `--pw-env`, with the password in `OIDC_ENCRYPTION_PW`.',
  ],
};
