import { SCOPE_WITH_GROUPS, type Application } from './application.js';

export const oauth2Proxy: Application = {
  id: 'oauth2-proxy',
  name: 'oauth2-proxy',
  kind: 'application',
  about:
    'In front of an application that has no sign-in of its own; also as `auth_request` of nginx or ForwardAuth of Traefik.',
  exampleApp: 'https://app.example.org',
  client: {
    redirectUris: ['{app}/oauth2/callback'],
    postLogoutRedirectUris: ['{app}/'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`oauth2-proxy.cfg`',
      language: 'toml',
      lines: [
        'provider = "oidc"',
        'provider_display_name = "Gatehouse"',
        `oidc_issuer_url = "${v.issuer}"`,
        `client_id = "${v.clientId}"`,
        `client_secret = "${v.secret}"`,
        `redirect_url = "${v.redirectUri}"`,
        `scope = "${v.scope}"`,
        'code_challenge_method = "S256"',
        '# openssl rand -base64 32 | tr -- "+/" "-_"',
        'cookie_secret = "REPLACE-WITH-A-RANDOM-SECRET"',
        'cookie_secure = true',
        'upstreams = ["http://127.0.0.1:8080"]',
        '# People are recognised by sub: addresses may change, and need not be confirmed.',
        'oidc_email_claim = "sub"',
        'email_domains = ["*"]',
        `whitelist_domains = ["${v.host}"]`,
      ],
    },
  ],
  groups: 'Only members of one of the groups get in. The application is told them in `X-Forwarded-Groups`.',
  groupSettings: () => [
    {
      where: '`oauth2-proxy.cfg`',
      language: 'toml',
      lines: ['oidc_groups_claim = "groups"', 'allowed_groups = ["staff"]', 'pass_user_headers = true'],
    },
  ],
  signOut:
    'The link for signing out ends the session of the proxy and the one at Gatehouse; `rd` is encoded.',
  pitfalls: [
    '`email_domains = ["*"]` lets in everyone who can sign in: where registration is open, that is everyone.',
    '`/oauth2/sign_out` alone ends the session of the proxy only, and the next click signs in again. With `?rd=` and an encoded address at `/oidc/session/end` it goes on to Gatehouse; that needs `whitelist_domains`.',
    'With `oidc_email_claim = "sub"` the application sees `sub` where it expects an address. If it needs addresses, leave the line out and demand confirmed ones (`require_verified_email: true`).',
    'A private authority: `provider_ca_files = ["/path/to/ca.pem"]`.',
  ],
};
