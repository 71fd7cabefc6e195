import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';

/** A claim of the house's own, as the clients file declares it. */
export interface DeclaredClaim {
  readonly name: string;
  /** For the consent page; undefined: its name has to do. */
  readonly description: string | undefined;
  readonly source:
    | { readonly kind: 'attribute'; readonly attribute: string }
    /** No mapping: the groups themselves. */
    | { readonly kind: 'groups'; readonly mapping: Readonly<Record<string, unknown>> | undefined }
    | { readonly kind: 'value'; readonly value: unknown };
  /** One of them has to be granted; empty: any request that is granted `openid`. */
  readonly scopes: readonly string[];
  /** Only to these; empty: to each that is granted the scope. */
  readonly clients: readonly string[];
  /** False: from userinfo alone. */
  readonly idToken: boolean;
}

/** What rules look at: facts that operators alone write. */
export interface OperatorFacts {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly groups: readonly string[];
}

/** The declared claims, as every request that gives claims needs them. */
@Injectable()
export class DeclaredClaims {
  private latest:
    { rows: unknown; readonly read: string; readonly claims: readonly DeclaredClaim[] } | undefined;

  constructor(private readonly sql: Sql) {}

  /** Read anew each time, so that a file applied anywhere counts at once; the same list as long as it says the same. */
  async all(): Promise<readonly DeclaredClaim[]> {
    const rows = await this.sql.settled<{ name: string; body: string | Record<string, unknown> }>(
      `SELECT name, body FROM declaration WHERE kind = 'claims' ORDER BY name`,
    );
    if (this.latest?.rows === rows) return this.latest.claims;
    const read = JSON.stringify(rows);
    if (this.latest?.read !== read) {
      const claims = rows.map(({ name, body }) =>
        // PostgreSQL's driver has read the JSON already.
        declaredClaim(name, typeof body === 'string' ? (JSON.parse(body) as Record<string, unknown>) : body),
      );
      this.latest = { rows, read, claims };
    }
    this.latest.rows = rows;
    return this.latest.claims;
  }

  /** Those that a client gets with these scopes, as far as the person has them. */
  async given(clientId: string, scopes: ReadonlySet<string>): Promise<DeclaredClaim[]> {
    return (await this.all()).filter((claim) => isGiven(claim, clientId, scopes));
  }
}

export function isGiven(claim: DeclaredClaim, clientId: string, scopes: ReadonlySet<string>): boolean {
  return isFor(claim, clientId) && scopesOf(claim).some((scope) => scopes.has(scope));
}

export function isFor({ clients }: DeclaredClaim, clientId: string): boolean {
  return clients.length === 0 || clients.includes(clientId);
}

export function scopesOf({ scopes }: DeclaredClaim): readonly string[] {
  return scopes.length === 0 ? ['openid'] : scopes;
}

/** The groups that a mapping speaks of, by name. */
export function groupsOf(mapping: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.keys(mapping ?? {}).sort();
}

/** What the claim says of somebody; undefined: nothing. */
export function valueFor({ source }: DeclaredClaim, { attributes, groups }: OperatorFacts): unknown {
  switch (source.kind) {
    case 'value':
      return source.value;
    case 'attribute':
      return Object.hasOwn(attributes, source.attribute) ? attributes[source.attribute] : undefined;
    case 'groups': {
      const { mapping } = source;
      if (!mapping) return groups;
      // By name: a database need not keep the order that the file has.
      const values = groupsOf(mapping).filter((group) => groups.includes(group));
      return values.length === 0 ? undefined : [...new Set(values.map((group) => mapping[group]))];
    }
  }
}

function declaredClaim(name: string, body: Record<string, unknown>): DeclaredClaim {
  const { description, attribute, groups, value, scopes, clients } = body;
  return {
    name,
    description: description as string | undefined,
    source:
      attribute !== undefined
        ? { kind: 'attribute', attribute: attribute as string }
        : groups !== undefined
          ? { kind: 'groups', mapping: groups === true ? undefined : (groups as Record<string, unknown>) }
          : { kind: 'value', value },
    scopes: (scopes as string[] | undefined) ?? [],
    clients: (clients as string[] | undefined) ?? [],
    idToken: body['id_token'] !== false,
  };
}
