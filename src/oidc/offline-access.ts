import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

type RequestContext = KoaContextWithOIDC['oidc'] & { readonly route: string };

/** Where a person can be asked in a browser; on another device they are asked anyway. */
const ROUTES = new Set(['authorization', 'resume', 'pushed_authorization_request']);

/**
 * OpenID Connect Core, section 11, wants `prompt=consent` with offline_access, and many clients do not know it: their
 * request would silently yield no refresh token. It is taken as said, so that the person is asked, whether the request came
 * in the address, was pushed, or was signed.
 */
export function refreshTokensNeedConsent(provider: Provider): void {
  const { prototype } = (provider as unknown as { OIDCContext: { prototype: RequestContext } }).OIDCContext;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the context, below
  const { get: said } = Object.getOwnPropertyDescriptor(prototype, 'prompts')!;
  Object.defineProperty(prototype, 'prompts', {
    configurable: true,
    get(this: RequestContext): Set<string> {
      const isAsked = this.params?.['prompt'] === undefined && ROUTES.has(this.route);
      const scopes = isAsked ? (this.params?.['scope'] as string | undefined)?.split(' ') : undefined;
      return scopes?.includes('offline_access') ? new Set(['consent']) : (said!.call(this) as Set<string>);
    },
  });
}
