import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '../config/config.js';
import type { DeclaredClaims } from '../clients/declared-claims.js';
import { levelOf } from '../mfa/assurance.js';
import { isOfDocument } from './registration/unvouched.js';
import { demandedLevel, demandsVerifiedEmail, isAskedAnew } from './guards/demand.js';
import type { Entry } from './claims/entry.js';

const { base, Check, Prompt } = interactionPolicy;

export const ASSURANCE_TOO_LOW = 'assurance_too_low';
export const EMAIL_UNVERIFIED = 'email_unverified';
/** The prompt of somebody whom the application does not let in: there is nothing to ask, but something to say. */
export const NOT_LET_IN = 'entry';

export interface PolicyParts {
  readonly entry: Entry;
  readonly declared: DeclaredClaims;
}

/** When a person has to be asked something. The library's checks, with ours for the level and for first-party clients. */
export function policy(config: Config, { entry, declared }: PolicyParts): interactionPolicy.DefaultPolicy {
  const prompts = base();
  const login = prompts.get('login')!;
  // Those two compare acr values as equal texts; two factors also satisfy who asks for one.
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.add(
    new Check(ASSURANCE_TOO_LOW, 'a stronger authentication is required', 'login_required', (ctx) => {
      const { session, client, params } = ctx.oidc;
      return (levelOf(session?.acr) ?? 0) < demandedLevel(client, params ?? {});
    }),
  );
  login.checks.add(
    // The library makes `prompt=login` of `max_age=0`, and then reads no prompt of what a device has sent.
    new Check('device_login', 'a sign-in of now is required', 'login_required', ({ oidc }) => {
      return isAskedAnew(oidc.deviceCode?.params) && !oidc.result?.login;
    }),
  );
  login.checks.add(
    new Check(
      EMAIL_UNVERIFIED,
      'the e-mail address must be confirmed',
      'login_required',
      async ({ oidc }) => {
        if (!oidc.account || !demandsVerifiedEmail(config, oidc.client)) return false;
        const claims = await oidc.account.claims('userinfo', 'email', {}, []);
        return claims.email_verified !== true;
      },
    ),
  );

  const notMember = new Check(
    'not_a_member',
    'the person is in none of the groups that may use this client',
    'access_denied',
    async ({ oidc }) => !(await entry.isOpen(oidc.client, oidc.session!.accountId!)),
  );
  prompts.add(new Prompt({ name: NOT_LET_IN, requestable: false }, notMember), 1);

  const consent = prompts.get('consent')!;
  consent.checks.remove('native_client_prompt');
  consent.checks.add(
    // RFC 8252, section 8.6: another app can pose as a native one, so consent is asked each time, but for our own. So it is
    // for one that is known by nothing but a document of its own.
    new Check(
      'native_client_prompt',
      'native clients require End-User interaction',
      'interaction_required',
      ({ oidc }) => {
        const isAsked = oidc.client?.applicationType === 'native' || isOfDocument(oidc.client);
        return isAsked && !isFirstParty(oidc) && !oidc.result?.consent;
      },
    ),
  );
  consent.checks.add(
    new Check('consent_each_time', 'consent is asked for each time', 'consent_required', ({ oidc }) => {
      return oidc.client?.['consent'] === 'always' && !oidc.result?.consent;
    }),
  );
  consent.checks.add(
    // What a scope gives can grow with the clients file: to a third party only what its person has been shown.
    new Check(
      'declared_claims_missing',
      'claims not granted',
      'consent_required',
      async ({ oidc }) => (await newClaims(declared, oidc)).length > 0,
      async ({ oidc }) => ({ missingDeclaredClaims: await newClaims(declared, oidc) }),
    ),
  );
  return prompts;
}

async function newClaims(declared: DeclaredClaims, oidc: KoaContextWithOIDC['oidc']): Promise<string[]> {
  if (isFirstParty(oidc)) return [];
  const given = await declared.given(oidc.client!.clientId, oidc.requestParamOIDCScopes);
  const granted = oidc.entities.Grant?.getOIDCClaimsEncountered() ?? [];
  return given.map(({ name }) => name).filter((name) => !granted.includes(name));
}

export function isFirstParty({ client }: KoaContextWithOIDC['oidc']): boolean {
  return client?.['first_party'] === true;
}
