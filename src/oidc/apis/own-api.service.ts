import { Injectable } from '@nestjs/common';
import { Provider, type ClientCredentials } from 'oidc-provider';
import type { Request } from 'express';
import { gatehouseApi, grantedScopes } from '../../clients/gatehouse-api.js';
import { Config } from '../../config/config.js';
import { clientCertificate } from '../../http/client-certificate.js';
import { Clock, SECOND } from '../../kernel/clock.js';
import { constantTimeEqual } from '../../kernel/secrets.js';
import { createHash } from 'node:crypto';
import { checkProof, PROOF_WINDOW } from '../guards/dpop-proof.js';
import { RecordLost } from '../records/record.lost.js';
import { isUnvouched } from '../registration/unvouched.js';

/** Who asks our API, and what they may do: what the token says and the clients file still grants. */
export interface ApiCaller {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

export type CallerVerdict =
  | { readonly kind: 'known'; readonly caller: ApiCaller }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'refused';
      readonly error: 'invalid-token' | 'invalid-dpop-proof';
      readonly why: string;
    };

type Bound = ClientCredentials & { readonly jkt?: string; readonly 'x5t#S256'?: string };

const refused = (why: string): CallerVerdict => ({ kind: 'refused', error: 'invalid-token', why });
/** No token of ours is longer; what is longer is not looked up. */
const LONGEST = 200;

/**
 * This server as the resource server of its own API. Only what client credentials were given for is a token here: one that a
 * person's sign-in, a consent or an exchange has led to is another kind, and is not even looked for.
 */
@Injectable()
export class OwnApi {
  private readonly audience: string;

  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly clock: Clock,
  ) {
    this.audience = gatehouseApi(config);
  }

  async callerOf(req: Request): Promise<CallerVerdict> {
    const header = req.headers.authorization;
    if (header === undefined) return { kind: 'none' };
    const [, scheme, value] = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(header) ?? [];
    if (!scheme || !value) return refused('the Authorization header has no token');
    const token = await this.find(value);
    if (!token) return refused('it is unknown, expired or revoked, or not for this API');
    const client = await this.provider.Client.find(token.clientId!);
    const granted = client && !isUnvouched(client) ? grantedScopes(client) : [];
    if (granted.length === 0) return refused('its client may not ask this API');
    const wrong = await this.wrongHands(req, token, scheme.toLowerCase(), value);
    if (wrong) return wrong;
    const scopes = (token.scope ?? '').split(' ').filter((scope) => granted.includes(scope));
    return { kind: 'known', caller: { clientId: token.clientId!, scopes: new Set(scopes) } };
  }

  private async find(value: string): Promise<Bound | undefined> {
    if (value.length > LONGEST) return undefined;
    const token: Bound | undefined = await this.provider.ClientCredentials.find(value);
    return token?.isValid && token.aud === this.audience && token.clientId ? token : undefined;
  }

  /** A token that is bound to a key is of use with it alone (RFC 9449, RFC 8705). */
  private async wrongHands(
    req: Request,
    token: Bound,
    scheme: string,
    value: string,
  ): Promise<CallerVerdict | undefined> {
    const certificate = token['x5t#S256'];
    if (certificate !== undefined) {
      const shown = clientCertificate(req);
      const thumbprint = shown && createHash('sha256').update(shown.raw).digest('base64url');
      if (!thumbprint || !constantTimeEqual(thumbprint, certificate))
        return refused('it is bound to another client certificate');
    }
    if ((token.jkt === undefined) !== (scheme === 'bearer'))
      return refused(token.jkt === undefined ? 'it is a Bearer token' : 'it is bound to a key: use DPoP');
    return token.jkt === undefined ? undefined : this.wrongProof(req, token, token.jkt, value);
  }

  private async wrongProof(
    req: Request,
    { clientId }: Bound,
    thumbprint: string,
    token: string,
  ): Promise<CallerVerdict | undefined> {
    const now = Math.floor(this.clock.now().getTime() / SECOND);
    const url = this.config.url(req.url.split('?', 1)[0]!);
    const proof = req.headers['dpop'];
    const checked = checkProof({ proof, method: req.method, url, token, thumbprint, now });
    if ('wrong' in checked) return { kind: 'refused', error: 'invalid-dpop-proof', why: checked.wrong };
    return (await this.isFirst(clientId!, checked.jti, now))
      ? undefined
      : { kind: 'refused', error: 'invalid-dpop-proof', why: 'it was used before' };
  }

  /** Of parallel requests with one proof, one is the first: the database decides. */
  private async isFirst(clientId: string, jti: string, now: number): Promise<boolean> {
    try {
      return await this.provider.ReplayDetection.unique(clientId, jti, now + 2 * PROOF_WINDOW);
    } catch (error) {
      if (error instanceof RecordLost) return false;
      throw error;
    }
  }
}
