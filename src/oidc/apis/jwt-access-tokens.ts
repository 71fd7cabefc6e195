import { Provider, type AccessToken, type ClientCredentials } from 'oidc-provider';
import type { Context } from 'koa';
import { SECOND } from '../../kernel/clock.js';
import { claimsOfOwn, type OwnClaims, type OwnJwtParts } from './own-jwt.js';
import { JWT_TRACE } from '../records/jwt-traces.js';
import type { RecordStore } from '../records/record.store.js';
import { isInSession, originOf } from './subject-token.js';

interface JwtParts extends OwnJwtParts {
  readonly records: RecordStore;
}

type Token = AccessToken | ClientCredentials;
type Finder = (presented: Presented) => Promise<Token | undefined>;
interface Presented {
  readonly jwt: string;
  /** Undefined: not looked at yet; null: not ours, or over. */
  claims?: OwnClaims | null;
}

/** Under what is kept that a machine's JWT counts no more, by its `jti`: it left no trace that could be taken away. */
const REVOKED_JWT = 'RevokedJwt';
const ROUTES = new Set(['introspection', 'revocation']);
/** What the library sees instead of a JWT, which it would refuse unseen. */
const STAND_IN = 'structured';
const PRESENTED = 'presentedJwt';

/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of JWT access tokens, which the library refuses without a look. To them
 * a JWT is found as an opaque token is, so that all that comes after is the same: who may ask, what must still stand behind
 * it, what is answered, and signed, and what ends with it. Nowhere else is one found so.
 */
export function lookAfterJwts(provider: Provider, parts: JwtParts): void {
  takeAside(provider);
  find(provider.AccessToken, parts, provider.issuer, (presented) => ofPerson(provider, parts, presented));
  find(provider.ClientCredentials, parts, provider.issuer, (presented) =>
    ofMachine(provider, parts, presented),
  );
}

/** A person's has left its trace, found by the whole token: another spelling of its signature is another token. */
async function ofPerson(provider: Provider, { records }: JwtParts, { jwt, claims }: Presented) {
  const trace = await records.find(JWT_TRACE, jwt);
  if (!trace) return undefined;
  const token = new provider.AccessToken({ ...trace, rar: claims!['authorization_details'] } as never);
  const origin = originOf(token);
  if (!origin || !(await isInSession(provider, token.accountId, origin))) return undefined;
  token.destroy = () => records.destroy(JWT_TRACE, jwt);
  return token;
}

/** A machine's leaves none: it counts unless it was revoked. By its `jti`, which no other spelling changes. */
async function ofMachine(provider: Provider, { records, clock }: JwtParts, { claims }: Presented) {
  const { jti, sub, client_id: clientId, iat, exp, aud, scope } = claims!;
  if (sub !== clientId || (await records.find(REVOKED_JWT, jti))) return undefined;
  const rar = claims!['authorization_details'];
  const bound = claims!['cnf'] as object | undefined;
  const payload = { jti, clientId, iat, exp, aud, scope, rar, ...bound };
  const token = new provider.ClientCredentials(payload as never);
  // Without its client's name: it outlives a client that goes and comes back, as the token does.
  token.destroy = () =>
    records.upsert(REVOKED_JWT, jti, {}, exp - Math.floor(clock.now().getTime() / SECOND));
  return token;
}

function find(
  model: typeof AccessToken | typeof ClientCredentials,
  parts: JwtParts,
  issuer: string,
  finder: Finder,
): void {
  const finding = model as unknown as { find(value: string, options?: object): Promise<Token | undefined> };
  const usual = finding.find.bind(model);
  finding.find = async (value, options) => {
    const presented = Provider.ctx?.state[PRESENTED] as Presented | undefined;
    if (value !== STAND_IN || !presented) return usual(value, options);
    if (presented.claims === undefined) presented.claims = claimsOfOwn(parts, issuer, presented.jwt) ?? null;
    return presented.claims ? finder(presented) : undefined;
  };
}

interface RequestContext {
  readonly ctx: Context;
  readonly route: string;
  [PARAMS]?: { token?: unknown } | undefined;
}
const PARAMS = Symbol('params');

/** No opaque token has a dot. */
function takeAside(provider: Provider): void {
  const { OIDCContext } = provider as unknown as { OIDCContext: { prototype: RequestContext } };
  Object.defineProperty(OIDCContext.prototype, 'params', {
    get(this: RequestContext) {
      return this[PARAMS];
    },
    set(this: RequestContext, params: RequestContext[typeof PARAMS]) {
      const token = params?.token;
      if (params && ROUTES.has(this.route) && typeof token === 'string' && token.includes('.')) {
        this.ctx.state[PRESENTED] = { jwt: token };
        params.token = STAND_IN;
      }
      this[PARAMS] = params;
    },
  });
}
