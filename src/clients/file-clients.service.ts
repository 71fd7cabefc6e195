import { EntityManager } from '@mikro-orm/core';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events, eventKind } from '../kernel/events.js';
import { Secrets } from '../kernel/secrets.js';
import { GroupSchema } from '../users/group.entity.js';
import { Client } from './client.entity.js';
import type { Declaration, DeclaredClient, DeclaredFile } from './clients-file.js';
import { sealedAt } from './clients.service.js';
import { DeclarationSchema } from './declaration.entity.js';
import { openedSecrets, sealedSecretsOf } from './declared-secrets.js';
import { followDeclarations } from './operator-clients.metadata.js';
import { plan, type Change, type StoredFile } from './plan.js';

/** A secret of fewer characters can be guessed; it is accepted, since it may be fixed elsewhere, but said. */
const WEAK_SECRET = 16;

/** The tables say what the file says. Told inside that transaction, and listeners write over `sql`. */
export const clientsFileApplied = eventKind<{ readonly changes: readonly Change[]; readonly sql: SqlRunner }>(
  'clients-file.applied',
);

/** What of the operators' pages a file has as well, by ids and identifiers. */
export interface OfOperators {
  readonly clients: readonly string[];
  readonly apis: readonly string[];
}

const NONE: OfOperators = { clients: [], apis: [] };

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
  async stored(takenOver = NONE): Promise<StoredFile> {
    const em = this.em.fork();
    const clients = await em.find(Client, {
      $or: [{ origin: 'file' }, { id: { $in: [...takenOver.clients] } }],
    });
    const declarations = await em.find(DeclarationSchema, {
      $or: [{ origin: 'file' }, { kind: 'apis', name: { $in: [...takenOver.apis] } }],
    });
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
  async apply(declared: DeclaredFile, takenOver = NONE): Promise<Change[]> {
    const changes = plan(await this.stored(takenOver), declared);
    if (changes.length + takenOver.clients.length + takenOver.apis.length === 0) return changes;
    const { clients, declarations } = declared;
    await this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      await em.nativeDelete(Client, { origin: 'file', id: { $nin: clients.map(({ id }) => id) } });
      await this.refuseOthers(em, clients, takenOver.clients);
      await em.nativeDelete(DeclarationSchema, {
        $or: [{ origin: 'file' }, { kind: 'apis', name: { $in: [...takenOver.apis] } }],
      });
      for (const declaration of declarations) await this.declare(sql, declaration);
      // A group that is declared no longer keeps its members: nobody loses them by a slip in a file.
      for (const { kind, name, body } of declarations)
        if (kind === 'groups') await this.declareGroup(em, name, body['description'] as string | undefined);
      for (const client of clients) await em.upsert(Client, this.row(client));
      await followDeclarations(sql, this.config);
      await this.events.emit(clientsFileApplied, { changes, sql });
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

  /** Two instances may do this at once with the same file; what an operator made meanwhile is not overwritten. */
  private async declare(sql: SqlRunner, { kind, name, body, secrets }: Declaration): Promise<void> {
    const declared = await sql.run(
      `INSERT INTO declaration (kind, name, origin, version, body, sealed_secrets) VALUES (?, ?, 'file', 1, ?, ?)
       ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, sealed_secrets = excluded.sealed_secrets
       WHERE declaration.origin = 'file'`,
      kind,
      name,
      JSON.stringify(body),
      sealedSecretsOf(this.secrets, kind, name, secrets),
    );
    if (declared === 0)
      throw new Error(`the API ${JSON.stringify(name)} was made on the operators' pages meanwhile`);
  }

  private async declareGroup(em: EntityManager, name: string, description = ''): Promise<void> {
    const row = { name, description: description || null, createdAt: this.clock.now().getTime() };
    await em.upsert(GroupSchema, row, { onConflictFields: ['name'], onConflictMergeFields: ['description'] });
  }

  /** What of these operators made on their pages. */
  async madeByOperators({ clients, declarations }: DeclaredFile): Promise<OfOperators> {
    const em = this.em.fork();
    const ids = clients.map(({ id }) => id);
    const made = await em.find(Client, { id: { $in: ids }, origin: 'operator' }, { fields: ['id'] });
    const identifiers = declarations.filter(({ kind }) => kind === 'apis').map(({ name }) => name);
    const apis = await em.find(
      DeclarationSchema,
      { kind: 'apis', name: { $in: identifiers }, origin: 'operator' },
      { fields: ['name'] },
    );
    return { clients: made.map(({ id }) => id), apis: apis.map(({ name }) => name) };
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
