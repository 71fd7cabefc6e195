import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { builtInClients } from '../clients/built-in-clients.js';
import { Client } from '../clients/client.entity.js';

/** What applications are called, by their client_id. One that is no longer declared has no name any more. */
@Injectable()
export class ApplicationNames {
  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
  ) {}

  async all(): Promise<ReadonlyMap<string, string>> {
    const declared = await this.em.fork().find(Client, {}, { fields: ['metadata'] });
    const named = (id: string, name: unknown): [string, string] => [id, typeof name === 'string' ? name : id];
    return new Map([
      ...declared.map(({ id, metadata }) => named(id, (metadata as Record<string, unknown>)['client_name'])),
      ...builtInClients(this.config).map(({ client_id, client_name }) => named(client_id, client_name)),
    ]);
  }
}
