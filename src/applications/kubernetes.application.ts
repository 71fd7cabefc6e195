import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const kubernetes: Application = {
  id: 'kubernetes',
  name: 'Kubernetes',
  kind: 'application',
  about: 'The API server believes the ID tokens; `kubelogin` (kubectl oidc-login) fetches them.',
  exampleApp: 'http://localhost:8000',
  client: {
    redirectUris: ['http://localhost:8000', 'http://localhost:18000'],
    scope: `${SCOPE_WITH_GROUPS} offline_access`,
    isPublic: true,
    isNative: true,
  },
  settings: (v) => [
    {
      where: 'The file that `--authentication-config` of the API server names',
      language: 'yaml',
      lines: [
        'apiVersion: apiserver.config.k8s.io/v1',
        'kind: AuthenticationConfiguration',
        'jwt:',
        '  - issuer:',
        `      url: ${v.issuer}`,
        `      audiences: [${v.clientId}]`,
        '    claimMappings:',
        '      username:',
        '        claim: preferred_username',
        "        prefix: 'gatehouse:'",
        '      groups:',
        '        claim: groups',
        "        prefix: 'gatehouse:'",
      ],
    },
    {
      where: 'On the computer of whoever uses kubectl',
      language: 'sh',
      lines: [
        'kubectl config set-credentials gatehouse \\',
        '  --exec-api-version=client.authentication.k8s.io/v1 --exec-interactive-mode=Never \\',
        '  --exec-command=kubectl --exec-arg=oidc-login --exec-arg=get-token \\',
        `  --exec-arg=--oidc-issuer-url=${v.issuer} \\`,
        `  --exec-arg=--oidc-client-id=${v.clientId} \\`,
        ...v.scope
          .split(' ')
          .filter((scope) => scope !== 'openid')
          .map((scope) => `  --exec-arg=--oidc-extra-scope=${scope} \\`),
        '  --exec-arg=--token-cache-storage=keyring',
        'kubectl config set-context --current --user=gatehouse',
      ],
    },
  ],
  groups: 'Groups are subjects of role bindings, under their name with the prefix.',
  groupSettings: () => [
    {
      where: 'With the rights of an administrator',
      language: 'sh',
      lines: [
        'kubectl create clusterrolebinding gatehouse-admins \\',
        "  --clusterrole=cluster-admin --group='gatehouse:cluster-admins'",
      ],
    },
  ],
  signOut:
    'The API server believes an ID token for as long as it lives: an hour. `kubectl oidc-login clean` forgets the tokens on the computer. A refresh token ends with the session.',
  pitfalls: [
    'Clusters before 1.34 know the kind as `apiserver.config.k8s.io/v1beta1`. The file and the `--oidc-…` flags of the API server exclude each other.',
    'The API server itself fetches the discovery document and the keys: the name of Gatehouse has to resolve on the control plane, and it has to be on https.',
    'A private authority: its certificate as a text under `issuer.certificateAuthority`; for kubelogin `--certificate-authority=/path/to/ca.pem`.',
    'kubelogin listens on port 8000, and on 18000 where 8000 is taken. Both are in `redirect_uris`.',
    'People are asked for their consent each time, as native applications have to; `first_party: true` saves them that.',
    'The username is a user name here. With `claim: sub` and no readable name it never changes hands.',
  ],
};
