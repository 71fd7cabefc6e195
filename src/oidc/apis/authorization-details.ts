import { isDeepStrictEqual } from 'node:util';
import {
  errors,
  type AuthorizationDetail,
  type Client,
  type Configuration,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider';
import { refusalOfDetails } from '../../clients/details-fields.js';
import { isDatabaseAway } from '../../database/failures.js';
import type { Declarations } from '../../clients/declarations.service.js';

type Details = AuthorizationDetail[];
type Feature = Extract<
  NonNullable<Configuration['features']>['richAuthorizationRequests'],
  { enabled: true; authorizationDetailsForIntrospection: unknown }
>;

interface Detailed {
  readonly rar?: Details | undefined;
  readonly aud?: string | string[] | undefined;
}

/**
 * Rich authorization requests (RFC 9396): what exactly an application may do, each time asked of the person. It is a class
 * because the library copies plain objects, and with them its list of types: ours is in the database, and may grow.
 */
class RichAuthorizationRequests {
  readonly enabled = true;
  readonly types: object;

  constructor(declarations: Declarations) {
    const validate = async (_ctx: KoaContextWithOIDC, detail: AuthorizationDetail, client: Client) => {
      const allowed = (client['details_types'] as string[] | undefined)?.includes(detail.type);
      const type = allowed ? await declarations.detailsType(detail.type) : undefined;
      if (!type) throw refusal('this type is unknown or not allowed for this client');
      const wrong = refusalOfDetails(detail, type.fields);
      if (wrong) throw refusal(wrong);
    };
    this.types = everyType({ validate });
  }

  /** What a code stands for: of what is asked for now, that which was allowed. */
  readonly authorizationDetailsForGrantSource = ({ oidc }: KoaContextWithOIDC): Details => {
    const granted = (oidc.grant as Detailed | undefined)?.rar ?? [];
    return askedDetails(oidc.params).filter((detail) => isAmong(granted, detail));
  };

  /** A token carries what concerns its API; a request for one may ask for fewer, never for others. */
  readonly authorizationDetailsForAccessToken = (
    { oidc }: KoaContextWithOIDC,
    { aud }: Detailed,
    source: Detailed | undefined,
  ): Details => {
    const asked = askedDetails(oidc.params);
    const granted = source ? (source.rar ?? []) : asked;
    if (!asked.every((detail) => isAmong(granted, detail)))
      throw refusal('this was not allowed by the person');
    return (asked.length > 0 ? asked : granted).filter(
      ({ locations }) => aud !== undefined && (!locations || (locations as unknown[]).includes(aud)),
    );
  };

  readonly authorizationDetailsForIntrospection = (_ctx: KoaContextWithOIDC, { rar }: Detailed) => rar;
}

export function richAuthorizationRequests(declarations: Declarations): Feature {
  return new RichAuthorizationRequests(declarations) as unknown as Feature;
}

/** The provider has checked the parameter; here it is only read. */
export function askedDetails(params: object | undefined): Details {
  const { authorization_details: asked } = (params ?? {}) as { authorization_details?: string };
  return asked === undefined ? [] : (JSON.parse(asked) as Details);
}

export function isAmong(granted: readonly AuthorizationDetail[], detail: AuthorizationDetail): boolean {
  return granted.some((each) => isDeepStrictEqual(each, detail));
}

/** What a client lists is read from our field, since the library would hold it against its own list of types. */
function readListedTypes({ Client }: Provider): void {
  Object.defineProperty(Client.prototype, 'authorizationDetailsTypes', {
    get(this: Client) {
      return (this['details_types'] as string[] | undefined) ?? [];
    },
    set: () => undefined,
  });
}

/** Discovery names the types that there are now. */
export function followDetailsTypes(provider: Provider, declarations: Declarations): void {
  readListedTypes(provider);
  const member = 'authorization_details_types_supported';
  let known: string[] = [];
  provider.use(async (ctx, next) => {
    await next();
    const document = ctx.path.includes('/.well-known/') ? (ctx.body as Record<string, unknown> | null) : null;
    if (!document || typeof document !== 'object' || !(member in document)) return;
    try {
      known = await declarations.names('authorization_details_types');
    } catch (error) {
      // Discovery is there while the database is away, and says what it said before.
      if (!isDatabaseAway(error)) throw error;
    }
    const { [member]: _none, ...rest } = document;
    ctx.body = known.length > 0 ? { ...rest, [member]: known } : rest;
  });
}

/** The library looks for a type before it asks us: it finds each. */
function everyType(type: object): object {
  return new Proxy(
    {},
    {
      get: (_none, name) => (name === 'constructor' ? Object : type),
      getOwnPropertyDescriptor: (_none, name) =>
        name === 'constructor'
          ? undefined
          : { value: type, configurable: true, enumerable: true, writable: true },
    },
  );
}

function refusal(what: string): Error {
  return new errors.InvalidAuthorizationDetails(what);
}
