import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { randomToken, Secrets } from '../kernel/secrets.js';
import { GroupSchema } from '../users/group.entity.js';
import { isBuiltInGroup } from '../users/groups.service.js';
import { Client } from './client.entity.js';
import type { ClientFields } from './client-draft.js';
import { CLIENT_ID } from './client.fields.js';
import type { Declaration } from './clients-file.js';
import { sealedAt } from './clients.service.js';
import { DeclarationSchema } from './declaration.entity.js';

/** What is kept of an operator's client. */
export interface Kept {
  readonly fields: ClientFields;
  readonly metadata: Record<string, unknown>;
}

/** The version of a client that is being removed. */
const LEAVING = 0;

/** The clients that operators make on their pages. Everything here concerns them alone: others are out of reach. */
@Injectable()
export class OperatorClients {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** What their fields may name: all that is declared, and the groups that were made here. */
  async declarations(): Promise<Declaration[]> {
    const em = this.em.fork();
    const declared = await em.find(DeclarationSchema, {});
    const groups = await em.find(GroupSchema, {}, { fields: ['name'] });
    const of = (kind: string, name: string, body: object): Declaration => ({
      kind: kind as Declaration['kind'],
      name,
      body: body as Record<string, unknown>,
      line: 1,
    });
    return [
      ...declared.map(({ kind, name, body }) => of(kind, name, body)),
      ...groups.filter(({ name }) => !isBuiltInGroup(name)).map(({ name }) => of('groups', name, { name })),
    ];
  }

  async find(id: string): Promise<Client | null> {
    // What is no id of anybody's may be a text that a database takes no question about.
    return CLIENT_ID.test(id) ? this.em.fork().findOne(Client, { id }) : null;
  }

  async all(): Promise<Client[]> {
    return this.em.fork().find(Client, { origin: 'operator' }, { orderBy: { id: 'asc' } });
  }

  /** Inside a transaction. @returns whether nobody has the id yet */
  async insert(sql: SqlRunner, id: string, kept: Kept, secret: string | undefined): Promise<boolean> {
    const inserted = await sql.run(
      `INSERT INTO client (id, origin, metadata, declared, version, sealed_secret, secret_made_at, updated_at)
       VALUES (?, 'operator', ?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      id,
      ...this.columns(kept),
      this.sealed(id, secret),
      secret ? this.now : null,
      this.moment,
    );
    return inserted === 1;
  }

  /**
   * Inside a transaction.
   * @param secret a new one, where it had none; null: it uses none any more; undefined: as it is
   * @returns whether it is still as whoever changes it has seen it
   */
  async update(
    sql: SqlRunner,
    id: string,
    version: number,
    kept: Kept,
    secret: string | null | undefined,
  ): Promise<boolean> {
    const secrets =
      secret === undefined ? '' : ', sealed_secret = ?, sealed_previous_secret = NULL, secret_made_at = ?';
    return this.changed(
      sql,
      `metadata = ?, declared = ?${secrets}`,
      [
        ...this.columns(kept),
        ...(secret === undefined ? [] : [this.sealed(id, secret), secret ? this.now : null]),
      ],
      id,
      version,
    );
  }

  /** Inside a transaction. @param overlap the one before counts as well, until it is ended */
  async setSecret(
    sql: SqlRunner,
    id: string,
    version: number,
    secret: string,
    overlap: boolean,
  ): Promise<boolean> {
    return this.changed(
      sql,
      `sealed_previous_secret = ${overlap ? 'sealed_secret' : 'NULL'}, sealed_secret = ?, secret_made_at = ?`,
      [this.sealed(id, secret), this.now],
      id,
      version,
    );
  }

  /** Inside a transaction. @returns whether there was an old one */
  async endOldSecret(sql: SqlRunner, id: string): Promise<boolean> {
    const ended = await sql.run(
      `UPDATE client SET sealed_previous_secret = NULL, version = version + 1
       WHERE id = ? AND origin = 'operator' AND sealed_previous_secret IS NOT NULL AND version <> ${LEAVING}`,
      id,
    );
    return ended === 1;
  }

  /** Inside a transaction. @param logo a data: URL, or null */
  async setLogo(sql: SqlRunner, id: string, version: number, logo: string | null): Promise<boolean> {
    return this.changed(sql, 'logo = ?', [logo], id, version);
  }

  /**
   * It is about to be removed, which takes longer than a transaction may: from here on nothing changes it, and whoever is
   * stopped before the end finds it so and removes it again. Until then it works as ever.
   * @param version as it was seen; undefined: whichever it is
   * @returns whether there is one
   */
  async letGo(id: string, version?: number): Promise<boolean> {
    const gone = await this.sql.run(
      `UPDATE client SET version = ${LEAVING} WHERE id = ? AND origin = 'operator'${version === undefined ? '' : ' AND version = ?'}`,
      ...[id, version].filter((each) => each !== undefined),
    );
    return gone === 1;
  }

  /** Inside a transaction. @returns whether there was one */
  async delete(sql: SqlRunner, id: string): Promise<boolean> {
    const deleted = await sql.run(`DELETE FROM client WHERE id = ? AND origin = 'operator'`, id);
    if (deleted === 1) await sql.run('DELETE FROM client_refusal WHERE client_id = ?', id);
    return deleted === 1;
  }

  /** The secrets of one: for `clients export`, where an operator on the shell asks for them. */
  secretsOf({ id, sealedSecret, sealedPreviousSecret }: Client): { secret?: string; previous?: string } {
    const open = (sealed: string | null | undefined) => sealed && this.secrets.open(sealed, sealedAt(id));
    const [secret, previous] = [open(sealedSecret), open(sealedPreviousSecret)];
    return { ...(secret ? { secret } : {}), ...(previous ? { previous } : {}) };
  }

  newSecret(): string {
    return randomToken(32);
  }

  private async changed(sql: SqlRunner, set: string, values: unknown[], id: string, version: number) {
    const changed = await sql.run(
      `UPDATE client SET ${set}, version = version + 1, updated_at = ?
       WHERE id = ? AND origin = 'operator' AND version = ? AND version <> ${LEAVING}`,
      ...values,
      this.moment,
      id,
      version,
    );
    return changed === 1;
  }

  private columns({ metadata, fields }: Kept): [string, string] {
    return [JSON.stringify(metadata), JSON.stringify(fields)];
  }

  private sealed(id: string, secret: string | null | undefined): string | null {
    return secret ? this.secrets.seal(secret, sealedAt(id)) : null;
  }

  private get now(): number {
    return this.clock.now().getTime();
  }

  private get moment() {
    return this.sql.moment(this.clock.now());
  }
}
