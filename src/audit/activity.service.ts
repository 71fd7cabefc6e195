import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { AuditEvent } from './audit-event.entity.js';

export const ACTIVITY_PAGE = 20;

/** Some events of one account, newest first, and where the pages beside them begin. */
export interface ActivityPage {
  readonly events: AuditEvent[];
  /** The `beforeId` of the page with older events. */
  readonly older: number | undefined;
  /** The same for newer ones; 'newest' is the first page. */
  readonly newer: number | 'newest' | undefined;
}

/** What happened in an account, for its owner to read. */
@Injectable()
export class Activity {
  constructor(private readonly em: EntityManager) {}

  /**
   * Paged by the last event seen and not by a count: what happens meanwhile shifts nothing.
   * @param beforeId only events older than this one; of somebody else's event it gives away nothing
   */
  async page(accountId: string, beforeId?: number): Promise<ActivityPage> {
    const em = this.em.fork();
    const where = { accountId, ...(beforeId === undefined ? {} : { id: { $lt: beforeId } }) };
    const found = await em.find(AuditEvent, where, { orderBy: { id: 'desc' }, limit: ACTIVITY_PAGE + 1 });
    const events = found.slice(0, ACTIVITY_PAGE);
    const older = found.length > ACTIVITY_PAGE ? events.at(-1)!.id : undefined;
    return {
      events,
      older,
      newer: beforeId === undefined ? undefined : await this.newer(accountId, beforeId),
    };
  }

  private async newer(accountId: string, beforeId: number): Promise<ActivityPage['newer']> {
    const found = await this.em.fork().find(
      AuditEvent,
      { accountId, id: { $gte: beforeId } },
      {
        fields: ['id'],
        orderBy: { id: 'asc' },
        limit: ACTIVITY_PAGE + 1,
      },
    );
    if (found.length === 0) return undefined;
    return found[ACTIVITY_PAGE]?.id ?? 'newest';
  }
}
