import { Injectable } from '@nestjs/common';
import { Provider, type Client } from 'oidc-provider';
import {
  DeclaredClaims,
  groupsOf,
  isFor,
  scopesOf,
  valueFor,
  type DeclaredClaim,
  type OperatorFacts,
} from '../../clients/declared-claims.js';
import type { MessageRef } from '../../http/form.js';
import type { Account } from '../../users/account.entity.js';
import { OWN_DETAILS } from '../../users/details.js';
import { Groups } from '../../users/groups.service.js';
import { SCOPE_CLAIMS } from './claims.js';
import { Entry, groupsAllowed } from './entry.js';
import { subjectsOf } from './pairwise.js';
import { ReleasedClaims, type ClaimsUse } from './released-claims.js';

export interface PreviewedClaim {
  readonly name: string;
  /** Undefined: there is none, or it is made at the sign-in. */
  readonly value: unknown;
  /** Where it comes from, or why there is none. */
  readonly why: MessageRef;
  readonly scopes: readonly string[];
  readonly idToken: boolean;
  readonly userinfo: boolean;
}

export interface ClaimsPreviewed {
  readonly scopes: readonly string[];
  /** Whether the person would get in, what they would be asked, and who they would be for the application. */
  readonly circumstances: readonly MessageRef[];
  readonly given: readonly PreviewedClaim[];
  readonly missing: readonly PreviewedClaim[];
}

const AT_SIGN_IN = ['acr', 'amr', 'auth_time'];

/**
 * What a client would get to know of somebody with some scopes, and why. The values are made by what makes the tokens' own;
 * here they are only explained.
 */
@Injectable()
export class ClaimsPreview {
  constructor(
    private readonly provider: Provider,
    private readonly declared: DeclaredClaims,
    private readonly released: ReleasedClaims,
    private readonly groups: Groups,
    private readonly entry: Entry,
  ) {}

  /** @param asked undefined: everything the client may ask for */
  async of(
    clientId: string,
    account: Account,
    asked?: readonly string[],
  ): Promise<ClaimsPreviewed | 'no-client' | { readonly scopeNotAllowed: string }> {
    const client = await this.provider.Client.find(clientId);
    if (!client) return 'no-client';
    const allowed = client.scope?.split(' ') ?? [];
    const scopes = asked ?? allowed;
    const scopeNotAllowed = scopes.find((scope) => !allowed.includes(scope));
    if (scopeNotAllowed !== undefined) return { scopeNotAllowed };

    const idToken = await this.result(client, account, 'id_token', scopes);
    const userinfo = await this.result(client, account, 'userinfo', scopes);
    const facts = { attributes: account.attributes ?? {}, groups: await this.groups.of(account.id) };
    const explained = [
      ...Object.entries(SCOPE_CLAIMS).flatMap(([scope, names]) =>
        names.map((name) => ({ name, scopes: [scope], ...standard(name, scope, account, facts) })),
      ),
      ...(await this.declared.all()).map((claim) => ({
        name: claim.name,
        scopes: scopesOf(claim),
        ...explain(claim, client.clientId, facts),
      })),
    ];
    const rows = explained.map(({ name, from, otherwise, ...row }): PreviewedClaim => {
      const made = AT_SIGN_IN.includes(name) && scopes.includes('openid');
      const places = { idToken: made || name in idToken, userinfo: name in userinfo };
      const isGiven = places.idToken || places.userinfo;
      const why = isGiven ? from : (otherwise ?? unasked(row.scopes, scopes, allowed) ?? 'preview.not-known');
      return { ...row, ...places, name, value: userinfo[name] ?? idToken[name], why };
    });
    return {
      scopes,
      circumstances: await this.circumstances(client, account),
      given: rows.filter((row) => row.idToken || row.userinfo),
      missing: rows.filter((row) => !row.idToken && !row.userinfo),
    };
  }

  private async result(client: Client, account: Account, use: ClaimsUse, scopes: readonly string[]) {
    const scope = scopes.join(' ');
    const available = await this.released.of(account, { client, grant: undefined }, use, scope);
    const claims = new this.provider.Claims({ ...available, sub: account.id }, { client });
    return claims.scope(scope).result();
  }

  private async circumstances(client: Client, account: Account): Promise<MessageRef[]> {
    const groups = groupsAllowed(client).join(', ');
    const isOpen = await this.entry.isOpen(client, account.id);
    return [
      account.disabledAt
        ? 'preview.disabled'
        : groups === ''
          ? 'preview.open'
          : { key: isOpen ? 'preview.member' : 'preview.not-a-member', params: { groups } },
      client['first_party'] === true
        ? 'preview.consent-never'
        : client['consent'] === 'always'
          ? 'preview.consent-always'
          : 'preview.consent-remember',
      subjectsOf(client) === 'pairwise'
        ? { key: 'preview.pairwise', params: { sector: String(client.sectorIdentifier) } }
        : 'preview.public',
    ];
  }
}

const FROM = {
  attribute: 'preview.from.attribute',
  groups: 'preview.from.groups',
  value: 'preview.from.value',
};

interface Explained {
  readonly from: MessageRef;
  /** Why there is none, where it is not for want of a scope. */
  readonly otherwise?: MessageRef | undefined;
}

function standard(name: string, scope: string, account: Account, facts: OperatorFacts): Explained {
  if (AT_SIGN_IN.includes(name)) return { from: 'preview.from.sign-in' };
  if (name === 'groups')
    return { from: { key: 'preview.from.groups', params: { groups: list(facts.groups) } } };
  const attribute = name === 'phone_number_verified' ? 'phone_number' : name;
  if (Object.hasOwn(account.attributes ?? {}, attribute)) return { from: 'preview.from.operator' };
  const own =
    scope === 'address' || scope === 'phone' || (Object.values(OWN_DETAILS) as string[]).includes(name);
  return { from: own ? 'preview.from.person' : 'preview.from.account' };
}

function explain(claim: DeclaredClaim, clientId: string, facts: OperatorFacts): Explained {
  const { source } = claim;
  const params = {
    attribute: source.kind === 'attribute' ? source.attribute : '',
    groups: list(source.kind === 'groups' ? groupsOf(source.mapping) : []),
    clients: list(claim.clients),
  };
  const from = { key: FROM[source.kind], params };
  if (!isFor(claim, clientId)) return { from, otherwise: { key: 'preview.other-clients', params } };
  if (valueFor(claim, facts) !== undefined) {
    const groups = list(
      facts.groups.filter(
        (group) => source.kind !== 'groups' || !source.mapping || Object.hasOwn(source.mapping, group),
      ),
    );
    return { from: { key: from.key, params: { ...params, groups } } };
  }
  return {
    from,
    otherwise: {
      key: source.kind === 'attribute' ? 'preview.attribute-not-set' : 'preview.no-group',
      params,
    },
  };
}

/** For want of which scope there is no claim; undefined: not for that. */
function unasked(
  needed: readonly string[],
  asked: readonly string[],
  allowed: readonly string[],
): MessageRef | undefined {
  if (needed.some((scope) => asked.includes(scope))) return undefined;
  const mayAsk = needed.some((scope) => allowed.includes(scope));
  return {
    key: mayAsk ? 'preview.scope-not-asked' : 'preview.scope-not-allowed',
    params: { scope: list(needed) },
  };
}

const list = (names: readonly string[]) => names.join(', ');
