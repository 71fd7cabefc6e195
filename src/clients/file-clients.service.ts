import { EntityManager } from '@mikro-orm/core';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events, eventKind } from '../kernel/events.js';
import { Secrets } from '../kernel/secrets.js';
import { GroupSchema } from '../users/group.entity.js';
import { draftMetadata } from './client-draft.js';
import { Client } from './client.entity.js';
import type { DeclaredClient, DeclaredFile } from './clients-file.js';
import { sealedAt } from './clients.service.js';
import { DeclarationSchema } from './declaration.entity.js';
import { openedSecrets, sealedSecretsOf } from './declared-secrets.js';
import { plan, type Change, type StoredFile } from './plan.js';

/** A secret of fewer characters can be guessed; it is accepted, since it may be fixed elsewhere, but said. */
const WEAK_SECRET = 16;

/** The tables say what the file says. Told inside that transaction, and listeners write over `sql`. */
export const clientsFileApplied = eventKind<{ readonly changes: readonly Change[]; readonly sql: SqlRunner }>(
  'clients-file.applied',
);

/** The clients of the clients file, and what is declared beside them, in the database. */
@Injectable()
export class FileClients {
  private readonly logger = new Logger('Clients');

  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly sql: Sql,
    private readonly events: Events,
  ) {}

  /**
   * What is stored of what a clients file declares, for comparison with one.
   * @param takenOver compared like the file's own
   */
  async stored(takenOver: readonly string[] = []): Promise<StoredFile> {
    const em = this.em.fork();
    const clients = await em.find(Client, { $or: [{ origin: 'file' }, { id: { $in: [...takenOver] } }] });
    const declarations = await em.find(DeclarationSchema, {});
    return {
      clients: clients.map(({ id, metadata, logo, sealedSecret, sealedPreviousSecret }) => ({
        id,
        metadata: metadata,
        logo: logo ?? undefined,
        secret: this.open(id, sealedSecret),
        previousSecret: this.open(id, sealedPreviousSecret),
      })),
      declarations: declarations.map(({ kind, name, body, sealedSecrets }) => ({
        kind,
        name,
        body,
        secrets: openedSecrets(this.secrets, kind, name, sealedSecrets),
      })),
    };
  }

  /**
   * Makes the tables say what the file says: what is no longer declared is gone. Who registered itself stays, and what
   * operators made on their pages. Every instance reads them anew at each request, so nobody has to be restarted.
   * @param takenOver those of the operators' pages that are the file's from now on
   * @returns what was changed; nothing is written where nothing has to be
   */
  async apply(declared: DeclaredFile, takenOver: readonly string[] = []): Promise<Change[]> {
    const changes = plan(await this.stored(takenOver), declared);
    if (changes.length === 0 && takenOver.length === 0) return changes;
    const { clients, declarations } = declared;
    await this.em.fork().transactional(async (em) => {
      await em.nativeDelete(Client, { origin: 'file', id: { $nin: clients.map(({ id }) => id) } });
      await this.refuseOthers(em, clients, takenOver);
      await em.nativeDelete(DeclarationSchema, {});
      for (const { kind, name, body, secrets } of declarations) {
        const sealedSecrets = sealedSecretsOf(this.secrets, kind, name, secrets);
        await em.upsert(DeclarationSchema, { kind, name, body, sealedSecrets });
      }
      // A group that is declared no longer keeps its members: nobody loses them by a slip in a file.
      for (const { kind, name, body } of declarations)
        if (kind === 'groups') await this.declareGroup(em, name, body['description'] as string | undefined);
      for (const client of clients) await em.upsert(Client, this.row(client));
      for (const { id, version, declared: fields } of await em.find(Client, { origin: 'operator' }))
        await em.nativeUpdate(
          Client,
          { id, version },
          { metadata: draftMetadata(fields!, this.config, declarations) },
        );
      await this.events.emit(clientsFileApplied, { changes, sql: this.sql.within(em) });
    });
    return changes;
  }

  /** One that was made on the operators' pages in the meantime, under an id of the file: neither of the two is to be lost. */
  private async refuseOthers(
    em: EntityManager,
    clients: readonly DeclaredClient[],
    takenOver: readonly string[],
  ) {
    const ids = clients.map(({ id }) => id).filter((id) => !takenOver.includes(id));
    const taken = await em.findOne(Client, { id: { $in: ids }, origin: 'operator' }, { fields: ['id'] });
    if (taken)
      throw new Error(`the client ${JSON.stringify(taken.id)} was made on the operators' pages meanwhile`);
  }

  private async declareGroup(em: EntityManager, name: string, description = ''): Promise<void> {
    const row = { name, description: description || null, createdAt: this.clock.now().getTime() };
    await em.upsert(GroupSchema, row, { onConflictFields: ['name'], onConflictMergeFields: ['description'] });
  }

  /** Which of these operators made on their pages. */
  async madeByOperators(ids: readonly string[]): Promise<string[]> {
    const found = await this.em
      .fork()
      .find(Client, { id: { $in: [...ids] }, origin: 'operator' }, { fields: ['id'] });
    return found.map(({ id }) => id);
  }

  private row({ id, secret, previousSecret, metadata, logo, line }: DeclaredClient) {
    if (secret && secret.length < WEAK_SECRET) {
      this.logger.warn(
        `client ${JSON.stringify(id)} (line ${line}): its secret is short; use 32 random characters`,
      );
    }
    return {
      id,
      origin: 'file' as const,
      metadata,
      declared: null,
      version: 1,
      secretMadeAt: null,
      sealedSecret: secret ? this.secrets.seal(secret, sealedAt(id)) : null,
      sealedPreviousSecret: previousSecret ? this.secrets.seal(previousSecret, sealedAt(id)) : null,
      logo: logo ?? null,
      updatedAt: this.clock.now(),
      registeredAt: null,
    };
  }

  private open(id: string, sealed: string | null | undefined): string | undefined {
    return sealed ? this.secrets.open(sealed, sealedAt(id)) : undefined;
  }
}
