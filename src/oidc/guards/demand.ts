import { errors, type ClaimsParameter, type Client } from 'oidc-provider';
import type { Config } from '../../config/config.js';
import { DASHBOARD_CLIENT_ID } from '../../clients/built-in-clients.js';
import { levelOf, type Level } from '../../mfa/assurance.js';

interface RequestParameters {
  readonly acr_values?: string | undefined;
  readonly claims?: string | undefined;
}

/** As it was sent: it may be anything. */
interface EssentialAcr {
  readonly essential?: unknown;
  readonly value?: unknown;
  readonly values?: unknown;
}

/**
 * The least level that an authorization request asks for: the client's, and the request's own (`acr_values` in order of
 * preference: the first one that is known counts; an essential `acr` claim likewise).
 */
export function demandedLevel(client: Client | undefined, params: RequestParameters): Level {
  const fromRequest = firstKnown(
    String(params.acr_values ?? client?.defaultAcrValues?.join(' ') ?? '').split(' '),
  );
  const required = client?.['require_second_factor'] === true;
  return Math.max(required ? 2 : 1, fromRequest, fromEssentialClaim(params.claims)) as Level;
}

/**
 * OpenID Connect Core, section 5.5.1.1: whoever needs one of certain levels and can get none of them has not signed anybody in.
 * Only a level that nobody here knows cannot be reached: to the others there is a way.
 * @throws UnmetAuthenticationRequirements
 */
export function refuseUnknownLevels({ id_token: idToken }: ClaimsParameter): void {
  const { essential, value, values } = (idToken?.['acr'] ?? {}) as EssentialAcr;
  if (essential !== true) return;
  if (values !== undefined && !Array.isArray(values))
    throw new errors.InvalidRequest('claims.id_token.acr.values should be a list');
  const wanted = [...(value === undefined ? [] : [value]), ...((values as unknown[] | undefined) ?? [])];
  if (wanted.length > 0 && !wanted.some((acr) => typeof acr === 'string' && levelOf(acr) !== undefined))
    throw new errors.UnmetAuthenticationRequirements('none of the acr values that are needed is known here');
}

/** Whether a request that waits for its person wants them to sign in for it (`max_age=0`), as the library has kept it. */
export function isAskedAnew(params: object | undefined): boolean {
  const { prompt } = (params ?? {}) as { prompt?: string };
  return prompt?.split(' ').includes('login') === true;
}

/** The account pages are where an address is confirmed, or mended: they ask for none. */
export function demandsVerifiedEmail(config: Config, client: Client | undefined): boolean {
  if (client?.clientId === DASHBOARD_CLIENT_ID) return false;
  return config.emailVerificationRequired || client?.['require_verified_email'] === true;
}

function firstKnown(acrValues: string[]): Level {
  return acrValues.map(levelOf).find((level) => level !== undefined) ?? 1;
}

function fromEssentialClaim(claims: string | undefined): Level {
  try {
    const parsed = JSON.parse(claims ?? '{}') as {
      id_token?: { acr?: { value?: string; values?: string[] } };
    };
    const acr = parsed?.id_token?.acr;
    return firstKnown([
      ...(acr?.value ? [acr.value] : []),
      ...(Array.isArray(acr?.values) ? acr.values : []),
    ]);
  } catch {
    // The provider refuses a malformed parameter itself.
    return 1;
  }
}
