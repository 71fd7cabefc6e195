import { Injectable } from '@nestjs/common';
import type { AuthorizationDetail, Client, ClaimsParameter, Provider } from 'oidc-provider';
import { Declarations } from '../../clients/declarations.service.js';
import { DeclaredClaims } from '../../clients/declared-claims.js';
import { allowances, type Allowance } from '../claims/allowances.js';
import { askedOfApis, type ApiAccess } from '../apis/asked-of-apis.js';
import { askedDetails, isAmong } from '../apis/authorization-details.js';
import { scopesCovering } from '../claims/claims.js';
import { detailsInWords, type DetailInWords } from '../apis/details-in-words.js';
import { scopesOfPeople } from '../claims/asked-of-people.js';

type Grant = InstanceType<Provider['Grant']>;

/** The part of a waiting request that says what it is for. */
export interface Asking {
  readonly scope?: string | undefined;
  readonly claims?: ClaimsParameter | undefined;
  readonly resource?: string | string[] | undefined;
  readonly params?: object | undefined;
}

/** What a person is shown of a request before they approve it. */
export interface Shown {
  readonly allowances: readonly Allowance[];
  readonly apis: readonly ApiAccess[];
  readonly details: readonly DetailInWords[];
}

/** What an application asks for that waits for its person: as it is shown, and as it is granted, from one reading. */
@Injectable()
export class ApprovalContents {
  constructor(
    private readonly declarations: Declarations,
    private readonly declared: DeclaredClaims,
  ) {}

  /** What is asked for claim by claim is shown as the scope that gives it: nothing is granted unseen. */
  async shown(client: Client, asking: Asking): Promise<Shown> {
    const { scopes, single, claims } = await this.read(client, asking);
    const apis = await askedOfApis(this.declarations, client, asking);
    return {
      allowances: allowances([...scopes, ...scopesCovering(single)], claims),
      apis: apis.filter((api) => api.scopes.length > 0),
      details: await detailsInWords(this.declarations, askedDetails(asking.params)),
    };
  }

  /** @returns the authorization details that were granted */
  async grantTo(grant: Grant, client: Client, asking: Asking): Promise<AuthorizationDetail[]> {
    const { scopes, single, claims } = await this.read(client, asking);
    if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
    const named = [...new Set([...single, ...claims.map(({ name }) => name)])];
    if (named.length > 0) grant.addOIDCClaims(named);
    for (const api of await askedOfApis(this.declarations, client, asking))
      grant.addResourceScope(api.identifier, api.scopes.map(({ name }) => name).join(' '));
    const details = askedDetails(asking.params);
    for (const detail of details) if (!isAmong(grant.rar ?? [], detail)) grant.addRar(detail);
    return details;
  }

  private async read(client: Client, asking: Asking) {
    const scopes = scopesOfPeople(client, asking);
    const single = Object.keys({ ...asking.claims?.userinfo, ...asking.claims?.id_token });
    const given = await this.declared.given(client.clientId, new Set(scopes));
    const all = await this.declared.all();
    return {
      scopes,
      single,
      claims: all.filter((claim) => given.includes(claim) || single.includes(claim.name)),
    };
  }
}
