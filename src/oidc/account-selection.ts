import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

type RequestContext = KoaContextWithOIDC['oidc'];

/** The prompts that an application may ask for (OpenID Connect Core, section 3.1.2.1). */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'];

/**
 * A browser has one session, and one person in it: who is to choose among accounts says anew who they are. So
 * `prompt=select_account`, which many an application sends each time, is `login`. The library would refuse the request.
 */
export function selectAccountBySigningIn(provider: Provider): void {
  const { prototype } = (provider as unknown as { OIDCContext: { prototype: RequestContext } }).OIDCContext;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the context, below
  const { get: said } = Object.getOwnPropertyDescriptor(prototype, 'prompts')!;
  Object.defineProperty(prototype, 'prompts', {
    get(this: RequestContext): Set<string> {
      const prompts = said!.call(this) as Set<string>;
      return new Set([...prompts].map((prompt) => (prompt === 'select_account' ? 'login' : prompt)));
    },
  });
}
