import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { stringify } from 'yaml';
import { Client } from '../../clients/client.entity.js';
import { DeclarationSchema } from '../../clients/declaration.entity.js';

type Body = Readonly<Record<string, unknown>>;

interface Thing {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  /** What the clients file says, to be copied and changed there. */
  readonly yaml: string;
  /** The applications that may use it, by name; none: see the kind of thing. */
  readonly applications: readonly string[];
}

export interface ShownClaim extends Thing {
  readonly source: 'attribute' | 'groups' | 'value';
  readonly scopes: readonly string[];
}

/** What only the clients file declares beside clients, for operators to look at: types of authorization details, and claims. */
@Injectable()
export class DeclaredThings {
  constructor(private readonly em: EntityManager) {}

  async all(): Promise<{ types: Thing[]; claims: ShownClaim[] }> {
    const kinds = ['authorization_details_types', 'claims'];
    const rows = await this.em
      .fork()
      .find(DeclarationSchema, { kind: { $in: kinds } }, { orderBy: { name: 'asc' } });
    // What registered itself names none of them, and there may be very many.
    const found = await this.em.fork().find(Client, { registeredAt: null }, { fields: ['metadata'] });
    const clients = found.map(({ id, metadata }): { id: string; metadata: Body } => ({ id, metadata }));
    const nameOf = ({ id, metadata }: (typeof clients)[number]) =>
      (metadata['client_name'] as string | undefined) ?? id;
    const usersOf = (field: string, name: string) =>
      clients
        .filter(({ metadata }) => ((metadata[field] ?? []) as string[]).includes(name))
        .map(nameOf)
        .sort();
    const of = (kind: string) =>
      rows.filter((row) => row.kind === kind).map(({ name, body }) => ({ name, body: body }));
    const thing = (
      section: string,
      key: string,
      name: string,
      body: Body,
      applications: string[],
    ): Thing => ({
      name,
      title: (body['name'] as string | undefined) ?? name,
      description: body['description'] as string | undefined,
      yaml: stringify({ [section]: [{ [key]: name, ...body }] }, { lineWidth: 0 }).trimEnd(),
      applications,
    });
    return {
      types: of('authorization_details_types').map(({ name, body }) =>
        thing('authorization_details_types', 'type', name, body, usersOf('details_types', name)),
      ),
      claims: of('claims').map(({ name, body }) => ({
        ...thing('claims', 'name', name, body, (body['clients'] ?? []) as string[]),
        title: name,
        source: 'attribute' in body ? 'attribute' : 'groups' in body ? 'groups' : 'value',
        scopes: (body['scopes'] ?? ['openid']) as string[],
      })),
    };
  }
}
