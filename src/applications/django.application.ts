import { SCOPE_WITH_GROUPS, signOutUrl, type Application } from './application.js';

export const django: Application = {
  id: 'django',
  name: 'Django',
  kind: 'library',
  about: '`mozilla-django-oidc` 5.',
  exampleApp: 'https://app.example.org',
  client: {
    redirectUris: ['{app}/oidc/callback/'],
    postLogoutRedirectUris: ['{app}/'],
    scope: SCOPE_WITH_GROUPS,
  },
  settings: (v) => [
    {
      where: '`settings.py`',
      language: 'python',
      lines: [
        'INSTALLED_APPS += ["mozilla_django_oidc"]  # after django.contrib.auth',
        'AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]',
        '',
        `OIDC_RP_CLIENT_ID = "${v.clientId}"`,
        'OIDC_RP_CLIENT_SECRET = os.environ["OIDC_RP_CLIENT_SECRET"]',
        'OIDC_RP_SIGN_ALGO = "RS256"',
        `OIDC_RP_SCOPES = "${v.scope}"`,
        'OIDC_USE_PKCE = True',
        `OIDC_OP_AUTHORIZATION_ENDPOINT = "${v.authorization}"`,
        `OIDC_OP_TOKEN_ENDPOINT = "${v.token}"`,
        `OIDC_OP_USER_ENDPOINT = "${v.userinfo}"`,
        `OIDC_OP_JWKS_ENDPOINT = "${v.jwks}"`,
        'OIDC_OP_LOGOUT_URL_METHOD = "app.sign_out.at_gatehouse"',
        'LOGIN_REDIRECT_URL = "/"',
        'LOGOUT_REDIRECT_URL = "/"',
      ],
    },
    {
      where: '`urls.py`',
      language: 'python',
      lines: ['urlpatterns += [path("oidc/", include("mozilla_django_oidc.urls"))]'],
    },
    {
      where: '`app/sign_out.py`',
      language: 'python',
      lines: ['def at_gatehouse(request):', `    return "${signOutUrl(v, '/')}"`],
    },
  ],
  groups: 'A backend of your own puts people into groups of Django.',
  groupSettings: () => [
    {
      where: 'A class, named in `AUTHENTICATION_BACKENDS` instead of the other one',
      language: 'python',
      lines: [
        'class Backend(OIDCAuthenticationBackend):',
        '    def create_user(self, claims):',
        '        return self.update_user(super().create_user(claims), claims)',
        '',
        '    def update_user(self, user, claims):',
        '        names = claims.get("groups", [])',
        '        user.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])',
        '        user.is_staff = "staff" in names',
        '        user.save()',
        '        return user',
      ],
    },
  ],
  signOut:
    'The form that posts to `oidc_logout` ends the session of Django, then the one at Gatehouse, and comes back.',
  pitfalls: [
    'PKCE is off by default, and Gatehouse then refuses the sign-in: `OIDC_USE_PKCE`.',
    'The default of `OIDC_RP_SIGN_ALGO` is HS256, with which no ID token is accepted.',
    'Accounts are found by the e-mail address: `require_verified_email: true` keeps somebody else from taking one. `filter_users_by_claims` may look for `sub` instead.',
    'Behind a proxy: `SECURE_PROXY_SSL_HEADER`, else the redirect address is on http.',
    'A private authority: `REQUESTS_CA_BUNDLE=/path/to/ca.pem`.',
  ],
};
