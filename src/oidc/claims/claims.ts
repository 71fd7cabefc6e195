import {
  errors,
  type AccountClaims,
  type ClaimsParameter,
  type Client,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { Account } from '../../users/account.entity.js';
import { ADDRESS_PARTS, OWN_DETAILS } from '../../users/details.js';

const DETAILS = Object.values(OWN_DETAILS);

/** Which claims each scope gives (OpenID Connect Core, section 5.4). `acr`, `amr` and `auth_time` come with every ID token. */
export const SCOPE_CLAIMS: Record<string, string[]> = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'preferred_username', 'picture', 'zoneinfo', 'locale', 'updated_at', ...DETAILS],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
  groups: ['groups'],
};

/** What is known of an account beside its row. */
export interface Beside {
  /** The absolute address of the person's picture, where there is one. */
  readonly picture?: string | undefined;
  /** By name; undefined: they were not asked for. */
  readonly groups?: readonly string[] | undefined;
}

/** Everything standard there is to say of an account; the provider picks what the granted scopes allow. */
export function accountClaims(account: Account, { picture, groups }: Beside = {}): AccountClaims {
  const address = addressOf(account);
  return {
    sub: account.id,
    name: account.displayName ?? account.username,
    preferred_username: account.username,
    ...(picture ? { picture } : {}),
    ...(account.timeZone ? { zoneinfo: account.timeZone } : {}),
    ...(account.locale ? { locale: account.locale } : {}),
    updated_at: Math.floor(account.updatedAt.getTime() / 1000),
    ...detailsOf(account),
    email: account.email,
    email_verified: account.emailVerifiedAt != null,
    ...(address ? { address } : {}),
    ...phoneOf(account),
    ...(groups ? { groups } : {}),
  };
}

/** What operators say goes before what the person says. */
function detailsOf({ details, attributes }: Account): Record<string, unknown> {
  const named = DETAILS.map((name) => [name, attributes?.[name] ?? details?.[name]] as const);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined));
}

/** A number that the person wrote down is nobody's word but theirs; an operator may say that theirs was verified. */
function phoneOf({ phoneNumber, attributes }: Account): Record<string, unknown> {
  const number = attributes?.['phone_number'] ?? phoneNumber;
  if (number === undefined || number === null) return {};
  const verified = attributes?.['phone_number'] !== undefined && attributes['phone_number_verified'] === true;
  return { phone_number: number, phone_number_verified: verified };
}

function addressOf({ address, attributes }: Account): Record<string, string> | undefined {
  const parts = (attributes?.['address'] as Record<string, string> | undefined) ?? address;
  if (!parts) return undefined;
  const { street, postalCode, locality, region, country } = ADDRESS_PARTS;
  const lines = [
    parts[street],
    [parts[postalCode], parts[locality]].filter(Boolean).join(' '),
    parts[region],
    parts[country],
  ];
  return { formatted: lines.filter(Boolean).join('\n'), ...parts };
}

/** The scopes that would give these claims. */
export function scopesCovering(claims: readonly string[]): string[] {
  return Object.keys(SCOPE_CLAIMS).filter((scope) =>
    SCOPE_CLAIMS[scope]!.some((claim) => claims.includes(claim)),
  );
}

/**
 * The `claims` parameter asks for claims one by one; a client gets none that its allowed scopes would not give it.
 * @throws InvalidRequest
 */
export function refuseUncoveredClaims(
  _ctx: KoaContextWithOIDC,
  claims: ClaimsParameter,
  client: Client,
): void {
  const allowed = client.scope?.split(' ') ?? [];
  const asked = Object.keys({ ...claims.userinfo, ...claims.id_token });
  const refused = asked.find((claim) => {
    const covering = scopesCovering([claim]);
    return covering.length > 0 && !covering.some((scope) => allowed.includes(scope));
  });
  if (refused) throw new errors.InvalidRequest(`the claim "${refused}" is not allowed for this client`);
}
