import { EntityManager, raw } from '@mikro-orm/core';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock, DAY } from '../kernel/clock.js';
import { Secrets } from '../kernel/secrets.js';
import { builtInClients } from './built-in-clients.js';
import { looksLike } from './client-name.js';
import { Client, type ClientOrigin } from './client.entity.js';
import { sealedAt } from './clients.service.js';
import { RegistrationQuota } from './registration-quota.js';

/** One that nobody has signed in to is gone after this time, one that was used and then forgotten after the other. */
export const NEVER_USED = 7 * DAY;
export const NOT_USED_ANY_MORE = 90 * DAY;
const NOTED_AGAIN_AFTER = DAY;

type Metadata = Record<string, unknown>;

/** What the shell lists. */
export interface KnownClient {
  readonly id: string;
  readonly name: string;
  readonly origin: ClientOrigin;
  readonly registeredAt: number | undefined;
  readonly lastUsedAt: Date | undefined;
}

/** The applications that registered themselves. Everything here concerns them alone: what an operator declares is out of reach. */
@Injectable()
export class RegisteredClients {
  private readonly logger = new Logger('Clients');
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly quota: RegistrationQuota,
  ) {}

  /** Inside a transaction. @throws QuotaReached */
  async insert(sql: SqlRunner, id: string, metadata: Metadata): Promise<void> {
    await this.quota.take(sql);
    const now = this.clock.now();
    // No conflict clause: an id that somebody has already is an error, and nobody's client is replaced.
    await sql.run(
      `INSERT INTO client (id, origin, metadata, sealed_secret, updated_at, registered_at)
       VALUES (?, 'registered', ?, ?, ?, ?)`,
      id,
      ...this.columns(id, metadata),
      this.moment(now),
      now.getTime(),
    );
  }

  /** Inside a transaction. Its logo is gone until it is fetched anew. @returns whether there was one that registered itself */
  async update(sql: SqlRunner, id: string, metadata: Metadata): Promise<boolean> {
    const changed = await sql.run(
      `UPDATE client SET metadata = ?, sealed_secret = ?, logo = NULL, version = version + 1
       WHERE id = ? AND origin = 'registered'`,
      ...this.columns(id, metadata),
      id,
    );
    return changed === 1;
  }

  /** Inside a transaction. @returns whether there was one that registered itself */
  async delete(sql: SqlRunner, id: string): Promise<boolean> {
    return (await sql.run(`DELETE FROM client WHERE id = ? AND origin = 'registered'`, id)) === 1;
  }

  /** How often an application has changed what it is, as long as it says that its logo is there; undefined: it does not say so. */
  async saying(id: string, logoUri: string): Promise<number | undefined> {
    const [row] = await this.sql.rows<{ version: number; metadata: string }>(
      `SELECT version, CAST(metadata AS text) AS metadata FROM client WHERE id = ? AND origin = 'registered'`,
      id,
    );
    return row && (JSON.parse(row.metadata) as Metadata)['logo_uri'] === logoUri ? row.version : undefined;
  }

  /**
   * A logo that was slow to come is not put in the place of a later one.
   * @param version as `saying` gave it before the logo was fetched
   * @param logo a data: URL, as a declared client's is kept
   */
  async keepLogo(id: string, version: number, logo: string): Promise<void> {
    await this.sql.run(
      `UPDATE client SET logo = ? WHERE id = ? AND origin = 'registered' AND version = ?`,
      logo,
      id,
      version,
    );
  }

  async isRegistered(id: string): Promise<boolean> {
    const rows = await this.sql.rows(
      `SELECT 1 AS one FROM client WHERE id = ? AND origin = 'registered'`,
      id,
    );
    return rows.length > 0;
  }

  /** What one says of itself, by which it is told from others; undefined: none registered itself so. */
  async said(id: string): Promise<Metadata | undefined> {
    const client = await this.em.fork().findOne(Client, { id, origin: 'registered' });
    if (!client) return undefined;
    const { client_name, redirect_uris, client_uri } = client.metadata;
    return { client_name, redirect_uris, client_uri };
  }

  /** Whether a name could be taken for this service's, or for an application's that the operator vouches for. */
  async isTakenName(name: string): Promise<boolean> {
    // Without their logos: it is asked whenever a client of a metadata document is looked for.
    const declared = await this.em
      .fork()
      .find(Client, { origin: { $ne: 'registered' } }, { fields: ['metadata'] });
    const names = [...declared.map(({ metadata }) => metadata), ...builtInClients(this.config)]
      .map((metadata): Metadata => metadata)
      .map((metadata) => metadata['client_name'])
      .filter((each) => typeof each === 'string');
    return looksLike(name, ['Gatehouse', this.config.serviceName, ...names]);
  }

  /** Somebody has signed in to it. Noted once a day at most, and not in anybody's way: the next use notes it as well. */
  noteUse(id: string): void {
    const now = this.clock.now();
    if (now.getTime() - (this.noted.get(id) ?? 0) < NOTED_AGAIN_AFTER) return;
    this.noted.set(id, now.getTime());
    if (this.noted.size > this.config.clientRegistrationLimit)
      this.noted.delete(this.noted.keys().next().value!);
    this.em
      .fork()
      .nativeUpdate(Client, { id, origin: 'registered' }, { updatedAt: now })
      .catch((error: Error) => this.logger.warn(`a use was not noted: ${error.message}`));
  }

  /** Removes at most `limit` that are not used. @returns their ids */
  async removeUnused(limit: number): Promise<string[]> {
    const em = this.em.fork();
    const now = this.clock.now().getTime();
    const asRegistered =
      this.config.database.kind === 'sqlite' ? 'registered_at' : 'to_timestamp(registered_at / 1000.0)';
    const isUnused = {
      origin: 'registered' as const,
      $or: [
        { registeredAt: { $lt: now - NEVER_USED }, updatedAt: { $lte: raw(asRegistered) } },
        { updatedAt: { $lt: new Date(now - NOT_USED_ANY_MORE) } },
      ],
    };
    const unused = await em.find(Client, isUnused, { limit, fields: ['id'] });
    const ids = unused.map(({ id }) => id);
    // One that is used at this moment stays: it is asked once more.
    if (ids.length > 0) await em.nativeDelete(Client, { ...isUnused, id: { $in: ids } });
    return ids;
  }

  async list(): Promise<KnownClient[]> {
    const clients = await this.em.fork().find(Client, {}, { orderBy: { origin: 'asc', id: 'asc' } });
    return clients.map(({ id, metadata, origin, registeredAt, updatedAt }) => ({
      id,
      name: typeof metadata['client_name'] === 'string' ? metadata['client_name'] : id,
      origin,
      registeredAt: registeredAt ?? undefined,
      lastUsedAt: registeredAt != null && updatedAt.getTime() > registeredAt ? updatedAt : undefined,
    }));
  }

  private columns(id: string, { client_id: _id, client_secret: secret, ...metadata }: Metadata) {
    return [
      JSON.stringify(metadata),
      typeof secret === 'string' ? this.secrets.seal(secret, sealedAt(id)) : null,
    ];
  }

  /** As the ORM keeps it in either database. */
  private moment(at: Date): number | string {
    return this.config.database.kind === 'sqlite' ? at.getTime() : at.toISOString();
  }
}
