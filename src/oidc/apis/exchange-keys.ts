import { hash } from 'node:crypto';
import { errors, type AccessToken, type KoaContextWithOIDC } from 'oidc-provider';
import {
  checkDpopReplay,
  checkDpopRequired,
  checkMtlsCert,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js';
import { KEY_METHODS } from '../../clients/profiles.js';

/** What a client has shown beside its authentication: what its new token is bound to. */
interface ShownKeys {
  /** The thumbprint of the key of its proof (RFC 9449). */
  readonly jkt: string | undefined;
  /** That of its certificate (RFC 8705), where its tokens are bound to one. */
  readonly x5t: string | undefined;
  /** Counts the proof, which works once, and binds the token. */
  readonly bind: (token: AccessToken) => Promise<void>;
}

/** What the client shows for its tokens to be its own: a proof, or a certificate. @throws InvalidGrant where it has to */
export async function shownKeys(ctx: KoaContextWithOIDC): Promise<ShownKeys> {
  const { provider, client } = ctx.oidc;
  const proof = await validateDpop(provider, ctx);
  checkDpopRequired(provider, ctx, proof);
  const certificate = checkMtlsCert(provider, ctx);
  return {
    jkt: proof?.thumbprint,
    x5t: certificate && hash('sha256', certificate.raw, 'base64url'),
    bind: async (token) => {
      if (certificate) token.setThumbprint('x5t', certificate);
      if (!proof) return;
      await checkDpopReplay(provider, ctx, proof, client!.clientId);
      token.setThumbprint('jkt', proof.thumbprint);
    },
  };
}

/**
 * What is bound to a key never becomes what anybody can use. Whom the token was issued to shows that key. An API that it was
 * made for has seen the application show it, and has not got it: it proves who it is with a key of its own, and binds what it
 * gets.
 * @throws InvalidRequest
 */
export function refuseLoosening({ oidc }: KoaContextWithOIDC, subject: AccessToken, shown: ShownKeys): void {
  const { jkt, 'x5t#S256': x5t } = subject;
  if (!jkt && !x5t) return;
  const client = oidc.client!;
  const isItsOwn = subject.clientId === client.clientId;
  if (isItsOwn && ((jkt && jkt !== shown.jkt) || (x5t && x5t !== shown.x5t)))
    throw new errors.InvalidRequest('subject_token is bound to a key that was not shown');
  const isProven = KEY_METHODS.includes(client.clientAuthMethod ?? '');
  if (!isItsOwn && !(isProven && (shown.jkt ?? shown.x5t)))
    throw new errors.InvalidRequest('subject_token is bound to a key');
}
