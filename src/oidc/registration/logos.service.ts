import { Injectable, Logger } from '@nestjs/common';
import { RegisteredClients } from '../../clients/registered-clients.service.js';
import { Config } from '../../config/config.js';
import { guardedPictures } from '../../http/guarded-fetch.js';
import { Clock, HOUR, MINUTE } from '../../kernel/clock.js';
import { Pictures, type Drawn } from '../../users/picture.js';
import { FetchBudget } from './fetch-budget.js';

const WHY_NOT: Record<Exclude<Drawn['kind'], 'drawn'>, string> = {
  'no-picture': 'it cannot be drawn',
  'too-many-pixels': 'it has too many pixels',
};

/** Of documents: as long as a document is kept at most, and how long nobody asks again for one that could not be had. */
const KEPT_FOR = HOUR;
const FAILED_FOR = 10 * MINUTE;
/** Documents whose logo is kept; each weighs a few kilobytes. */
const DOCUMENTS = 200;

interface OfDocument {
  readonly logoUri: string;
  readonly logo: Promise<string | undefined>;
  until: number;
}

/**
 * The logos of applications that nobody declared. One is fetched when the application says where it is, and drawn anew: no
 * browser asks anybody else for it. A registration keeps its own, so that no page waits for it; what a metadata document names
 * is kept in memory, as the document is.
 */
@Injectable()
export class Logos {
  private readonly logger = new Logger('Clients');
  private readonly budget: FetchBudget;
  private readonly read: (address: string) => Promise<Buffer>;
  private readonly ofDocuments = new Map<string, OfDocument>();

  constructor(
    private readonly clients: RegisteredClients,
    private readonly pictures: Pictures,
    config: Config,
    private readonly clock: Clock,
  ) {
    this.budget = new FetchBudget(clock);
    this.read = guardedPictures(config.internalFetch);
  }

  /**
   * After the registration has been kept, which stands whatever comes of this.
   * @param address of who has registered it
   */
  async keep(clientId: string, logoUri: string, address: string): Promise<void> {
    await this.attempt(clientId, logoUri, async () => {
      const version = await this.clients.saying(clientId, logoUri);
      if (version === undefined) return;
      await this.clients.keepLogo(clientId, version, await this.drawn(logoUri, address));
    });
  }

  /**
   * The logo that a metadata document names, as a data: URL. Who asks first waits for it, as for the document itself.
   * @param address of who makes this server fetch it
   */
  async ofDocument(clientId: string, logoUri: string, address: string): Promise<string | undefined> {
    const now = this.clock.now().getTime();
    const known = this.ofDocuments.get(clientId);
    if (known?.logoUri === logoUri && known.until > now) return known.logo;
    const logo = this.attempt(clientId, logoUri, () => this.drawn(logoUri, address));
    const entry: OfDocument = { logoUri, logo, until: now + KEPT_FOR };
    this.ofDocuments.delete(clientId);
    this.ofDocuments.set(clientId, entry);
    if (this.ofDocuments.size > DOCUMENTS) this.ofDocuments.delete(this.ofDocuments.keys().next().value!);
    if ((await logo) === undefined) entry.until = now + FAILED_FOR;
    return logo;
  }

  private async drawn(logoUri: string, address: string): Promise<string> {
    if (!this.budget.take(address)) throw new Error('too many logos are fetched at the moment');
    const drawn = await this.pictures.drawLogo(await this.read(logoUri));
    if (drawn.kind !== 'drawn') throw new Error(WHY_NOT[drawn.kind]);
    return `data:image/webp;base64,${drawn.webp.toString('base64')}`;
  }

  /** @returns undefined also where it failed, which the log says */
  private async attempt<Done>(
    clientId: string,
    logoUri: string,
    work: () => Promise<Done>,
  ): Promise<Done | undefined> {
    try {
      return await work();
    } catch (error) {
      const { host } = new URL(logoUri);
      this.logger.warn(`${clientId} is shown without its logo (at ${host}): ${(error as Error).message}`);
      return undefined;
    }
  }
}
