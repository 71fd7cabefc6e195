import { Injectable } from '@nestjs/common';
import type { Provider } from 'oidc-provider';
import type { Declaration } from '../../clients/clients-file.js';
import { DeclaredClaims, type DeclaredClaim } from '../../clients/declared-claims.js';
import { learnScopes } from './declared-claims.library.js';

/** Keeps the provider's scopes at what the declared claims say, on every instance. */
@Injectable()
export class DeclaredScopes {
  private provider: Provider | undefined;
  private learned: readonly DeclaredClaim[] | undefined;

  constructor(private readonly claims: DeclaredClaims) {}

  learnInto(provider: Provider): void {
    this.provider = provider;
  }

  /** As they are declared now. */
  async learn(): Promise<void> {
    const claims = await this.claims.all();
    if (claims === this.learned || !this.provider) return;
    learnScopes(this.provider, claims);
    this.learned = claims;
  }

  /** A file is about to be applied: its clients are checked with its own scopes. */
  willBe(declarations: readonly Declaration[]): void {
    const claims = declarations.filter(({ kind }) => kind === 'claims');
    if (this.provider)
      learnScopes(
        this.provider,
        claims.map(({ body }) => ({ scopes: (body['scopes'] as string[] | undefined) ?? [] })),
      );
    this.learned = undefined;
  }
}
