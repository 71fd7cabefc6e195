import { cibaMetadata, cibaMistakes } from './ciba-rules.js';
import { CLIENT_ID, TOKEN_EXCHANGE_GRANT } from './client.fields.js';
import type { Declaration } from './clients-file.js';
import { scopesOfApi } from './declarations.service.js';
import type { Item } from './file-reader.js';
import { GATEHOUSE_API } from './gatehouse-api.js';
import { demandedByProfile, profileApiMistakes, profileMistakes } from './profiles.js';
import { protocolMistakes } from './protocol-rules.js';

/** What depends on the operator's settings. */
export interface ClientsFileRules {
  /** Applications on internal addresses may be told of sign-outs, there also by plain http. */
  readonly internalBackchannel?: boolean;
  /** Implicit and hybrid response types may be given. */
  readonly legacyFlows?: boolean;
  /** The response mode web_message may be given. */
  readonly webMessage?: boolean;
  /** Client certificates are known, and with an authority also what stands in them. */
  readonly clientCertificates?: { readonly authorities: readonly unknown[] } | undefined;
  /** Of this server. */
  readonly issuer?: string;
}

/** A mistake in how the fields of a client go together. */
export interface ClientMistake {
  /** Where it is to be mended; absent: at the client. */
  readonly field?: string;
  readonly what: string;
}

export const STANDARD_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'groups', 'offline_access'];
/** What a client may ask for that says nothing about it. */
const USUAL_SCOPE = 'openid profile email offline_access';
const REDIRECTING = ['authorization_code', 'implicit'];

type Fields = Record<string, unknown>;

/** Each rule on how the fields of a client go together, from top to bottom. */
export function clientMistakes(
  { fields, has }: Item,
  rules: ClientsFileRules,
  declarations: readonly Declaration[],
): ClientMistake[] {
  return [
    ...identity(fields, has),
    ...redirection(fields, has),
    ...authentication(fields, has),
    ...protocolMistakes(fields, rules),
    ...profileMistakes(fields),
    ...backchannel(fields, has, rules),
    ...grants(fields),
    ...consent(fields),
    ...cibaMistakes(fields, has),
    ...references(fields, declarations),
    ...profileApiMistakes(fields, declarations),
  ];
}

/** What is stored: the fields without what is kept elsewhere, and with what is said nowhere. */
export function clientMetadata(
  fields: Fields,
  _rules: ClientsFileRules,
  declarations: readonly Declaration[] = [],
): Fields {
  const {
    client_id,
    client_secret: _secret,
    client_secret_file: _secretFile,
    previous_client_secret: _previous,
    previous_client_secret_file: _previousFile,
    logo_file: _logo,
    authorization_details_types: detailsTypes,
    require_pkce = true,
    ...rest
  } = fields;
  const grants = grantTypes(fields);
  const metadata = {
    client_name: client_id,
    grant_types: grants,
    // RFC 7591, section 2: without a redirecting grant there is no response type.
    response_types: grants.some((grant) => REDIRECTING.includes(grant)) ? ['code'] : [],
    token_endpoint_auth_method: 'client_secret_basic',
    ...(grants.some((grant) => REDIRECTING.includes(grant)) ? {} : { redirect_uris: [] }),
    ...rest,
    ...scopes(fields, declarations),
    // The library would hold it against a list of its own, which cannot grow while it runs.
    ...(detailsTypes === undefined ? {} : { details_types: detailsTypes }),
    ...cibaMetadata(fields),
    require_pkce,
    ...(fields['consent'] === 'never' ? { first_party: true } : {}),
  };
  return { ...metadata, ...demandedByProfile(metadata) };
}

/** The library knows the scopes that say who somebody is; those of APIs are ours to hold it to. */
function scopes(fields: Fields, declarations: readonly Declaration[]): Fields {
  const asked = (fields['scope'] as string | undefined)?.split(' ');
  if (!asked) return { scope: USUAL_SCOPE };
  const apis = declarations.filter(({ kind }) => kind === 'apis');
  const ofApis = scopesOf(apis);
  const ofClaims = scopesOf(declarations.filter(({ kind }) => kind === 'claims'));
  const isOfPeople = (scope: string) => !ofApis.includes(scope) || ofClaims.includes(scope);
  return {
    // Without any the library would allow them all.
    scope: asked.filter(isOfPeople).join(' ') || 'openid',
    ...(apis.length > 0 ? { api_scope: asked.filter((scope) => ofApis.includes(scope)).join(' ') } : {}),
  };
}

function grantTypes(fields: Fields): string[] {
  return (fields['grant_types'] as string[] | undefined) ?? ['authorization_code', 'refresh_token'];
}

function identity(fields: Fields, has: Item['has']): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  if (!has('client_id')) mistakes.push({ what: 'client_id is missing' });
  const id = fields['client_id'];
  if (typeof id === 'string' && CLIENT_ID.test(id) && id.startsWith('gatehouse-'))
    mistakes.push({ what: 'client_ids that start with "gatehouse-" are the built-in ones' });
  return mistakes;
}

function redirection(fields: Fields, has: Item['has']): ClientMistake[] {
  const redirects = grantTypes(fields).some((grant) => REDIRECTING.includes(grant));
  return redirects && !has('redirect_uris') ? [{ what: 'redirect_uris is missing' }] : [];
}

function authentication(fields: Fields, has: Item['has']): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  const method = (fields['token_endpoint_auth_method'] as string | undefined) ?? 'client_secret_basic';
  const secretNamed = has('client_secret') || has('client_secret_file');
  if (method.startsWith('client_secret') && !secretNamed)
    mistakes.push({
      what: 'client_secret or client_secret_file is missing; a public client (SPA, native) says token_endpoint_auth_method: none',
    });
  if (!method.startsWith('client_secret') && secretNamed)
    mistakes.push({ what: `token_endpoint_auth_method ${method} uses no secret: leave it out` });
  if (!secretNamed && (has('previous_client_secret') || has('previous_client_secret_file')))
    mistakes.push({
      what: 'previous_client_secret needs client_secret: the one that is to be used from now on',
    });
  if (method === 'private_key_jwt' && !has('jwks') && !has('jwks_uri'))
    mistakes.push({ what: 'private_key_jwt needs jwks or jwks_uri' });
  if (method === 'none' && fields['require_pkce'] === false)
    mistakes.push({ what: 'a public client cannot be exempted from PKCE' });
  return mistakes;
}

/** What a grant needs of its client. */
function grants(fields: Fields): ClientMistake[] {
  const isPublic = fields['token_endpoint_auth_method'] === 'none';
  const unfit = ['client_credentials', TOKEN_EXCHANGE_GRANT].find((grant) =>
    grantTypes(fields).includes(grant),
  );
  const mistakes: ClientMistake[] = [];
  if (unfit && isPublic)
    mistakes.push({
      field: 'grant_types',
      what: `grant_types: ${unfit} is not for a public client: anybody could be it`,
    });
  if (fields[GATEHOUSE_API] !== undefined && !grantTypes(fields).includes('client_credentials'))
    mistakes.push({
      field: GATEHOUSE_API,
      what: `${GATEHOUSE_API} is for programs: it needs the grant type client_credentials`,
    });
  const exchanges = fields['token_exchange'] !== undefined;
  if (exchanges !== grantTypes(fields).includes(TOKEN_EXCHANGE_GRANT))
    mistakes.push({
      what: `token_exchange and the grant type ${TOKEN_EXCHANGE_GRANT} go together: say both or neither`,
    });
  return mistakes;
}

function backchannel(fields: Fields, has: Item['has'], rules: ClientsFileRules): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  for (const field of ['backchannel_logout_uri', 'backchannel_client_notification_endpoint']) {
    const uri = fields[field] as string | undefined;
    if (uri?.startsWith('http:') && !rules.internalBackchannel)
      mistakes.push({
        field,
        what: `${field}: use https: (plain http only on internal addresses, with GATEHOUSE_INTERNAL_BACKCHANNEL=on)`,
      });
  }
  if (fields['backchannel_logout_session_required'] === true && !has('backchannel_logout_uri'))
    mistakes.push({ what: 'backchannel_logout_session_required needs backchannel_logout_uri' });
  return mistakes;
}

/** `first_party` and `consent: never` say the same. */
function consent(fields: Fields): ClientMistake[] {
  const { consent: rule, first_party: firstParty } = fields as { consent?: string; first_party?: boolean };
  if (rule === undefined || firstParty === undefined || firstParty === (rule === 'never')) return [];
  return [
    {
      field: 'consent',
      what: `consent: "${rule}" and first_party: ${firstParty} contradict each other: keep one`,
    },
  ];
}

/** What a client names must be declared. */
function references(fields: Fields, declarations: readonly Declaration[]): ClientMistake[] {
  const names = (kind: Declaration['kind']) =>
    declarations.filter((declaration) => declaration.kind === kind).map(({ name }) => name);
  const mistakes: ClientMistake[] = [];
  for (const [field, kind] of [
    ['apis', 'apis'],
    ['groups', 'groups'],
    ['authorization_details_types', 'authorization_details_types'],
  ] as const) {
    const unknown = ((fields[field] as string[] | undefined) ?? []).find(
      (each) => !names(kind).includes(each),
    );
    if (unknown) mistakes.push({ field, what: `${field}: "${unknown}" is not declared under ${kind}:` });
  }
  const { audiences = [] } = (fields['token_exchange'] ?? {}) as { audiences?: string[] };
  const unknownAudience = audiences.find((each) => !names('apis').includes(each));
  if (unknownAudience)
    mistakes.push({
      field: 'token_exchange',
      what: `token_exchange: "${unknownAudience}" is not declared under apis:`,
    });
  const scopes = knownScopes(declarations);
  const unknown = ((fields['scope'] as string | undefined) ?? '')
    .split(' ')
    .find((scope) => scope && !scopes.includes(scope));
  if (unknown)
    mistakes.push({
      field: 'scope',
      what: `scope: "${unknown}" is not known; there are: ${scopes.join(', ')}`,
    });
  return mistakes;
}

/** Every scope that there is. */
export function knownScopes(declarations: readonly Declaration[]): string[] {
  return [...STANDARD_SCOPES, ...scopesOf(declarations)];
}

/** The scopes of declared APIs and claims. */
function scopesOf(declarations: readonly Declaration[]): string[] {
  const scopes = declarations.flatMap(({ kind, body }) => {
    if (kind === 'apis') return scopesOfApi(body).map(({ name }) => name);
    return kind === 'claims' ? ((body['scopes'] ?? []) as string[]) : [];
  });
  return [...new Set(scopes)].filter((scope) => !STANDARD_SCOPES.includes(scope));
}
