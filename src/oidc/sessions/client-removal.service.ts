import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../kernel/clock.js';
import { ClientHoldings } from '../records/client-holdings.js';
import { LogoutDelivery } from './logout-delivery.service.js';

/** An application that does not answer holds neither a command nor a start up for longer. */
const TOLD_WITHIN = 10 * SECOND;

/**
 * Clients go, and what they hold goes first: whoever is stopped in the middle finds them still there and begins again. They
 * are told of every session that ends, once and now: when they are gone nobody knows where. What they got in the meantime
 * goes last. Nothing of it comes alive again for a client that is given the same id later.
 */
@Injectable()
export class ClientRemoval {
  constructor(
    private readonly holdings: ClientHoldings,
    private readonly delivery: LogoutDelivery,
  ) {}

  /** @param remove makes them go @returns what that returns, and how often somebody had let one of them in */
  async around<Done>(
    clientIds: readonly string[],
    remove: () => Promise<Done>,
  ): Promise<{ people: number; done: Done }> {
    const people = await this.end(clientIds);
    if (people > 0) await Promise.race([this.delivery.run(), pause(TOLD_WITHIN, undefined, { ref: false })]);
    const done = await remove();
    await this.end(clientIds);
    return { people, done };
  }

  private async end(clientIds: readonly string[]): Promise<number> {
    let people = 0;
    for (const id of clientIds) people += await this.holdings.end(id);
    return people;
  }
}
