import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { randomToken } from '../kernel/secrets.js';
import { Avatar } from './avatar.entity.js';
import { Pictures, type Drawn } from './picture.js';

const ID = /^[A-Za-z0-9_-]{22}$/;

/** Keeps one picture for each account. Its public address is new with each picture, and cannot be guessed. */
@Injectable()
export class Avatars {
  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly pictures: Pictures,
  ) {}

  /**
   * Puts a new picture in the place of the one before.
   * @param bytes as they were sent; they are drawn anew, and not kept
   * @throws busy (503)
   */
  async replace(accountId: string, bytes: Buffer): Promise<Drawn['kind']> {
    const drawn = await this.pictures.draw(bytes);
    if (drawn.kind !== 'drawn') return drawn.kind;
    // One statement: of uploads at the same moment one row is left, whichever was last.
    await this.em.fork().upsert(
      Avatar,
      { id: randomToken(16), accountId, image: drawn.webp, createdAt: this.clock.now() },
      {
        onConflictFields: ['accountId'],
        onConflictAction: 'merge',
        onConflictMergeFields: ['id', 'image', 'createdAt'],
      },
    );
    return 'drawn';
  }

  /** @returns whether there was one */
  async remove(accountId: string): Promise<boolean> {
    return (await this.em.fork().nativeDelete(Avatar, { accountId })) > 0;
  }

  /** The bytes of a WebP picture, by its public identifier. */
  async find(id: string): Promise<Buffer | undefined> {
    if (!ID.test(id)) return undefined;
    const avatar = await this.em.fork().findOne(Avatar, { id });
    return avatar ? Buffer.from(avatar.image) : undefined;
  }

  /** The picture's address for pages here, a path below the server's own; undefined where there is no picture. */
  async path(accountId: string): Promise<string | undefined> {
    const [avatar] = await this.sql.settled<{ id: string }>(
      'SELECT id FROM avatar WHERE account_id = ?',
      accountId,
    );
    return avatar ? `/avatar/${avatar.id}` : undefined;
  }

  /** The same for everyone else: the claim `picture`. */
  async url(accountId: string): Promise<string | undefined> {
    const path = await this.path(accountId);
    return path && this.config.url(path);
  }
}
