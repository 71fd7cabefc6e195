import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '../config/config.js';
import { levelOf } from '../mfa/assurance.js';
import { demandedLevel, demandsVerifiedEmail } from './demand.js';

const { base, Check } = interactionPolicy;

export const ASSURANCE_TOO_LOW = 'assurance_too_low';
export const EMAIL_UNVERIFIED = 'email_unverified';

/** When a person has to be asked something. The library's checks, with ours for the level and for first-party clients. */
export function policy(config: Config): interactionPolicy.DefaultPolicy {
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

  const consent = prompts.get('consent')!;
  consent.checks.remove('native_client_prompt');
  consent.checks.add(
    // RFC 8252, section 8.6: another app can pose as a native one, so consent is asked each time, but for our own.
    new Check(
      'native_client_prompt',
      'native clients require End-User interaction',
      'interaction_required',
      ({ oidc }) => {
        return oidc.client?.applicationType === 'native' && !isFirstParty(oidc) && !oidc.result?.consent;
      },
    ),
  );
  return prompts;
}

export function isFirstParty({ client }: KoaContextWithOIDC['oidc']): boolean {
  return client?.['first_party'] === true;
}
