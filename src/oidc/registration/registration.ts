import type { Context } from 'koa';
import { errors, type Client, type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { QuotaReached } from '../../clients/registration-quota.js';
import type { OWN_FIELDS } from '../../clients/client.fields.js';
import { legacyFlowsFor } from '../../clients/registered-flows.js';
import { restrict } from '../../clients/registration-policy.js';
import type { Config } from '../../config/config.js';
import { randomToken } from '../../kernel/secrets.js';
import { refuseOutsideProfile } from '../guards/fapi.js';
import { registeredItself } from './unvouched.js';

/** Initial access tokens that work once begin so: nobody but this server makes one. */
const ONCE = 'once-';
const MANY = 'many-';
/** No client of a file begins so by accident, and none of the built-in ones. */
const OWN_IDS = 'app-';

type Features = NonNullable<Configuration['features']>;

/** RFC 7591 and RFC 7592. Off, the paths are not there. */
export function registrationFeatures(
  config: Config,
): Pick<Features, 'registration' | 'registrationManagement'> {
  const enabled = config.clientRegistration !== 'off';
  return {
    registration: {
      enabled,
      initialAccessToken: config.clientRegistration === 'token',
      idFactory: () => OWN_IDS + randomToken(16),
      secretFactory: () => randomToken(32),
    },
    registrationManagement: { enabled, rotateRegistrationAccessToken: true },
  };
}

const WRITING = ['registration', 'client_update'];
/** The provider calls its validator for each of our own fields; at this one all of the metadata is looked at. */
const ONCE_AT: (typeof OWN_FIELDS)[number] = 'access_token_lifetime';

/** @returns what the provider is to do with metadata that comes from outside; a client that was accepted before is left alone */
export function metadataValidator(
  config: Pick<Config, 'issuer' | 'legacyFlows' | 'clientRegistrationAllows'>,
  scopes: () => Iterable<string> | undefined,
) {
  return (ctx: KoaContextWithOIDC | undefined, field: string, value: unknown, metadata: object): void => {
    if (field === ONCE_AT && ctx?.oidc?.body && WRITING.includes(ctx.oidc.route)) {
      const rules = {
        origin: new URL(config.issuer).origin,
        scopes: [...(scopes() ?? [])],
        legacyFlows: legacyFlowsFor(config),
      };
      const mistake = restrict(metadata as Record<string, unknown>, ctx.oidc.body, rules);
      if (mistake) throw new errors.InvalidClientMetadata(mistake);
    }
    if (field === ONCE_AT && ctx === undefined) readDocument(metadata as OfDocument, [...(scopes() ?? [])]);
    refuseOutsideProfile(ctx, field, value, metadata);
  };
}

/**
 * What `sector_identifier_uri` says is read when an application registers, changes, or comes with its document, and believed from
 * then on (OpenID Connect Core, section 8.1). The library would read it again after each start, and keep everybody out while that
 * host is down. Of what operators declare their word counts.
 */
export function isSectorRead(client: Client): boolean {
  const isOfDocument = client.clientId.startsWith('https://');
  return isOfDocument || WRITING.includes(Provider.ctx?.oidc.route ?? '');
}

type OfDocument = Record<string, unknown>;
/** Only a native application has one of its own. */
const OWN_SCHEME = /^(?!https?:)[a-z][a-z0-9+.-]*:/i;

/**
 * What the library makes of a metadata document, before it is looked at here. It refuses the whole of it for a scope that it does
 * not know; of a registration it is left out as well. It takes who says nothing of a secret for one that has one, which a
 * document cannot, and who says nothing of its type for a website. A declared client always says something of PKCE, and is not
 * meant.
 */
function readDocument(metadata: OfDocument, known: readonly string[]): void {
  const { client_id: id, scope, redirect_uris: uris } = metadata;
  if (metadata['require_pkce'] !== undefined || typeof id !== 'string' || !/^https:/i.test(id)) return;
  const method = 'token_endpoint_auth_method';
  if (metadata[method] === 'client_secret_basic' && metadata['client_secret'] === undefined)
    metadata[method] = 'none';
  if (Array.isArray(uris) && uris.some((uri) => OWN_SCHEME.test(String(uri))))
    metadata['application_type'] = 'native';
  if (typeof scope !== 'string') return;
  metadata['scope'] =
    scope
      .split(' ')
      .filter((each) => known.includes(each))
      .join(' ') || 'openid';
}

/**
 * OAuth 2.1 wants PKCE of everyone. Applications from before it register themselves without a way to say that they are;
 * where the operator says that such may come, a confidential one is trusted to bind its codes by `nonce`.
 */
export function demandsPkce(
  { clientRegistrationAllows: allowed }: Pick<Config, 'clientRegistrationAllows'>,
  client: Client,
): boolean {
  if (client['require_pkce'] === false) return false;
  return !(allowed.includes('no-pkce') && registeredItself(client) && client.clientAuthMethod !== 'none');
}

/** A token with which an application may register itself. @param lifetime seconds */
export async function initialAccessToken(
  provider: Provider,
  uses: 'once' | 'many',
  lifetime: number,
): Promise<string> {
  const token = new provider.InitialAccessToken({ expiresIn: lifetime });
  token.jti = (uses === 'once' ? ONCE : MANY) + randomToken(32);
  return token.save();
}

/** Whether it works once; the others work until they expire. */
export function worksOnce(initialAccessToken: { readonly jti: string } | undefined): boolean {
  return initialAccessToken?.jti.startsWith(ONCE) === true;
}

const IN_AN_HOUR = 'too many applications have registered themselves within an hour';
const TOO_MANY: Record<QuotaReached['which'], string> = {
  total: 'as many applications as may register themselves have done so',
  hour: IN_AN_HOUR,
  address: IN_AN_HOUR,
  changes: 'registrations have been changed too often within an hour',
};

export function answerTooMany(ctx: Context, { which }: QuotaReached): void {
  ctx.status = 429;
  ctx.set('Retry-After', '3600');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: TOO_MANY[which],
  };
}
