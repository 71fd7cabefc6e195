import { quoted, SCOPE_WITH_GROUPS, type Application } from './application.js';

export const argoCd: Application = {
  id: 'argo-cd',
  name: 'Argo CD',
  kind: 'application',
  about: 'Argo CD itself, without the bundled Dex.',
  exampleApp: 'https://argocd.example.org',
  client: {
    redirectUris: ['{app}/auth/callback'],
    postLogoutRedirectUris: ['{app}'],
    scope: `${SCOPE_WITH_GROUPS} offline_access`,
  },
  settings: (v) => [
    {
      where: 'The secret, in the Secret that Argo CD has already',
      language: 'sh',
      lines: [
        'kubectl -n argocd patch secret argocd-secret \\',
        `  -p '{"stringData": {"oidc.gatehouse.clientSecret": "${v.secret}"}}'`,
      ],
    },
    {
      where: 'The ConfigMap `argocd-cm`',
      language: 'yaml',
      lines: [
        'data:',
        `  url: ${v.app}`,
        '  oidc.config: |',
        '    name: Gatehouse',
        `    issuer: ${v.issuer}`,
        `    clientID: ${v.clientId}`,
        '    clientSecret: $oidc.gatehouse.clientSecret',
        '    # A client of its own for the command line: see the pitfalls.',
        `    cliClientID: ${v.clientId}-cli`,
        '    enablePKCEAuthentication: true',
        `    requestedScopes: [${quoted(v.scope)}]`,
        `    logoutURL: ${v.endSession}?id_token_hint={{token}}&post_logout_redirect_uri={{logoutRedirectURL}}`,
      ],
    },
    {
      where: 'The clients file, for `argocd login --sso`',
      language: 'yaml',
      lines: [
        `- client_id: ${v.clientId}-cli`,
        '  client_name: Argo CD on the command line',
        '  application_type: native',
        '  token_endpoint_auth_method: none',
        '  redirect_uris: [http://localhost:8085/auth/callback]',
        `  scope: ${SCOPE_WITH_GROUPS} offline_access`,
      ],
    },
  ],
  groups: 'Groups are the subjects of the policy. Everybody else has what `policy.default` says.',
  groupSettings: () => [
    {
      where: 'The ConfigMap `argocd-rbac-cm`',
      language: 'yaml',
      lines: [
        'data:',
        "  scopes: '[groups]'",
        '  policy.default: role:readonly',
        '  policy.csv: |',
        '    g, platform-admins, role:admin',
      ],
    },
  ],
  signOut: 'With `logoutURL` a sign-out in Argo CD ends the session at Gatehouse too.',
  pitfalls: [
    'The command line has no secret, so it cannot be the same client. Leave `cliClientID` and that client out if nobody uses `argocd login --sso`.',
    'After a sign-out Argo CD comes back to its address with its root path, without a slash at its end: `post_logout_redirect_uris` has to be exactly that.',
    'ID tokens live for an hour, and the sign-in with them. `refreshTokenThreshold: 5m` in `oidc.config` renews them with the refresh token.',
    'A private authority: its certificate under `rootCA` in `oidc.config`.',
    'The pods fetch the discovery document: the name of Gatehouse has to resolve inside the cluster.',
  ],
};
