import { Injectable, Logger } from '@nestjs/common';
import { RegisteredClients } from '../../clients/registered-clients.service.js';
import { Config } from '../../config/config.js';
import { guardedPictures } from '../../http/guarded-fetch.js';
import { Clock } from '../../kernel/clock.js';
import { Pictures, type Drawn } from '../../users/picture.js';
import { FetchBudget } from './fetch-budget.js';

const WHY_NOT: Record<Exclude<Drawn['kind'], 'drawn'>, string> = {
  'no-picture': 'it cannot be drawn',
  'too-many-pixels': 'it has too many pixels',
};

/**
 * The logos of applications that registered themselves. One is fetched when the application says where it is, drawn anew and
 * kept with the application: no page waits for it, and no browser asks anybody else for it.
 */
@Injectable()
export class Logos {
  private readonly logger = new Logger('Clients');
  private readonly budget: FetchBudget;
  private readonly read: (address: string) => Promise<Buffer>;

  constructor(
    private readonly clients: RegisteredClients,
    private readonly pictures: Pictures,
    config: Config,
    clock: Clock,
  ) {
    this.budget = new FetchBudget(clock);
    this.read = guardedPictures(config.internalFetch);
  }

  /**
   * After the registration has been kept, which stands whatever comes of this.
   * @param address of who has registered it
   */
  async keep(clientId: string, logoUri: string, address: string): Promise<void> {
    try {
      if (!this.budget.take(address)) throw new Error('too many logos are fetched at the moment');
      const drawn = await this.pictures.drawLogo(await this.read(logoUri));
      if (drawn.kind !== 'drawn') throw new Error(WHY_NOT[drawn.kind]);
      await this.clients.keepLogo(clientId, `data:image/webp;base64,${drawn.webp.toString('base64')}`);
    } catch (error) {
      const { host } = new URL(logoUri);
      this.logger.warn(`${clientId} is shown without its logo (at ${host}): ${(error as Error).message}`);
    }
  }
}
