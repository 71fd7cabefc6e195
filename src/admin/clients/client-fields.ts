import { AUTH_METHODS, CIBA_GRANT, DEVICE_GRANT, TOKEN_EXCHANGE_GRANT } from '../../clients/client.fields.js';
import { PROFILES } from '../../clients/profiles.js';
import { choice, flag, text, type FormField, type FormPart } from '../console/form-fields.js';

/** The grants, each with a field of its own. */
export const GRANT_FLAGS: Readonly<Record<string, string>> = {
  grant_code: 'authorization_code',
  grant_refresh: 'refresh_token',
  grant_device: DEVICE_GRANT,
  grant_machine: 'client_credentials',
  grant_ciba: CIBA_GRANT,
  grant_exchange: TOKEN_EXCHANGE_GRANT,
  grant_implicit: 'implicit',
};
export const USUAL_GRANTS = ['authorization_code', 'refresh_token'];
/** The opposite of `require_pkce`, so that nothing is ticked where nothing is unusual. */
export const WITHOUT_PKCE = 'without_pkce';

/** What a person needs to say of most clients, in the order of the page. All other fields have one text for them all. */
export const FORM_PARTS: readonly FormPart[] = [
  {
    name: 'who',
    legend: 'admin.clients.part.who',
    fields: [
      text('client_name', 'admin.clients.client-name', 'admin.clients.client-name-hint'),
      text('brand_color', 'admin.clients.brand-color', 'admin.clients.brand-color-hint', 'color'),
    ],
  },
  {
    name: 'where',
    legend: 'admin.clients.part.where',
    fields: [
      text('redirect_uris', 'admin.clients.redirect-uris', 'admin.clients.redirect-uris-hint', 'lines'),
      text(
        'post_logout_redirect_uris',
        'admin.clients.post-logout',
        'admin.clients.post-logout-hint',
        'lines',
      ),
      text('backchannel_logout_uri', 'admin.clients.backchannel', 'admin.clients.backchannel-hint'),
      flag('backchannel_logout_session_required', 'admin.clients.backchannel-session'),
    ],
  },
  {
    name: 'pages',
    legend: 'admin.clients.part.pages',
    folds: true,
    fields: [
      text('client_uri', 'admin.clients.client-uri'),
      text('initiate_login_uri', 'admin.clients.initiate-login-uri', 'admin.clients.initiate-login-uri-hint'),
      text('policy_uri', 'admin.clients.policy-uri'),
      text('tos_uri', 'admin.clients.tos-uri'),
    ],
  },
  {
    name: 'how',
    legend: 'admin.clients.part.how',
    folds: true,
    fields: [
      choice('token_endpoint_auth_method', 'admin.clients.auth-method', AUTH_METHODS),
      text('jwks_uri', 'admin.clients.jwks-uri', 'admin.clients.jwks-uri-hint'),
      choice('application_type', 'admin.clients.application-type', ['web', 'native']),
      flag('grant_code', 'admin.clients.grant.code'),
      flag('grant_refresh', 'admin.clients.grant.refresh'),
      flag('grant_device', 'admin.clients.grant.device'),
      flag('grant_machine', 'admin.clients.grant.machine'),
      flag('grant_ciba', 'admin.clients.grant.ciba'),
      flag('grant_exchange', 'admin.clients.grant.exchange'),
      flag('grant_implicit', 'admin.clients.grant.implicit'),
      flag(WITHOUT_PKCE, 'admin.clients.without-pkce', 'admin.clients.without-pkce-hint'),
      choice('profile', 'admin.clients.profile', ['', ...PROFILES]),
    ],
  },
  {
    name: 'may',
    legend: 'admin.clients.part.may',
    folds: true,
    fields: [
      text('scope', 'admin.clients.scope', 'admin.clients.scope-hint'),
      text('apis', 'admin.clients.apis', 'admin.clients.apis-hint', 'lines'),
      text('groups', 'admin.clients.groups', 'admin.clients.groups-hint', 'words'),
      choice('consent', 'admin.clients.consent', ['', 'remember', 'always', 'never']),
      flag('require_second_factor', 'admin.clients.second-factor'),
      flag('require_verified_email', 'admin.clients.verified-email'),
    ],
  },
  {
    name: 'tokens',
    legend: 'admin.clients.part.tokens',
    folds: true,
    fields: [
      text(
        'access_token_lifetime',
        'admin.clients.access-lifetime',
        'admin.clients.access-lifetime-hint',
        'number',
      ),
      text('id_token_lifetime', 'admin.clients.id-lifetime', 'admin.clients.id-lifetime-hint', 'number'),
      text(
        'refresh_token_lifetime',
        'admin.clients.refresh-lifetime',
        'admin.clients.refresh-lifetime-hint',
        'number',
      ),
      choice('id_token_signed_response_alg', 'admin.clients.id-algorithm', ['RS256', 'ES256']),
    ],
  },
];

export const FORM_FIELDS: readonly FormField[] = FORM_PARTS.flatMap(({ fields }) => fields);

/** Fields of a client that have a place of their own in the form; the others are in `rest`. */
export const IN_FORM: ReadonlySet<string> = new Set([
  'client_id',
  'grant_types',
  'require_pkce',
  ...FORM_FIELDS.map(({ name }) => name).filter((name) => name !== WITHOUT_PKCE && !(name in GRANT_FLAGS)),
]);
