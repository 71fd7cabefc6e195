import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { Context, Next } from 'koa';
import { Provider, type KoaContextWithOIDC } from 'oidc-provider';
import { Audit, type AuditName } from '../../audit/audit.service.js';
import { RegisteredClients } from '../../clients/registered-clients.service.js';
import { QuotaReached, RegistrationQuota } from '../../clients/registration-quota.js';
import { Config } from '../../config/config.js';
import { visitor } from '../../http/visitor.js';
import { sha256 } from '../../kernel/secrets.js';
import { registrationOf } from '../records/adapter.js';
import { ClientHoldings } from '../records/client-holdings.js';
import { ClientRemoval } from '../sessions/client-removal.service.js';
import { RecordStore } from '../records/record.store.js';
import { Logos } from './logos.service.js';
import { answerTooMany, worksOnce } from './registration.js';
import { registeredItself } from './unvouched.js';

const AUDITED: Record<string, AuditName> = {
  registration: 'client.registered',
  client_update: 'client.updated',
  client_delete: 'client.removed',
};

const CHANGING = ['PUT', 'DELETE'];

export interface RemovedBy {
  readonly by: string;
  readonly req?: Request;
}

/** What is true of a registration beside what the library does with it. */
@Injectable()
export class Registrations {
  private readonly logger = new Logger('Clients');

  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly records: RecordStore,
    private readonly quota: RegistrationQuota,
    private readonly clients: RegisteredClients,
    private readonly holdings: ClientHoldings,
    private readonly removal: ClientRemoval,
    private readonly audit: Audit,
    private readonly logos: Logos,
  ) {}

  follow(): void {
    this.provider.on('registration_create.success', ({ oidc }) => {
      const token = oidc.entities.InitialAccessToken;
      // In the request's commit: a registration that fails has not spent it. In a batch it is done when it returns.
      if (worksOnce(token)) void this.records.consume('InitialAccessToken', token!.jti);
    });
    this.provider.on('grant.success', ({ oidc }) => {
      if (registeredItself(oidc.client)) this.clients.noteUse(oidc.client!.clientId);
    });
  }

  /** Around the commit: what follows from it. */
  afterwards = async (ctx: Context, next: Next): Promise<void> => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    const name = AUDITED[oidc?.route ?? ''];
    if (!name || ctx.status < 200 || ctx.status >= 300) return;
    const { clientId } = oidc.client!;
    const address = visitor()?.address;
    await this.audit.record(name, { clientId, detail: { by: 'application', address } });
    if (name === 'client.removed')
      this.holdings
        .end(clientId)
        .catch((error: Error) => this.logger.warn(`a removed client still holds tokens: ${error.message}`));
    // Before the answer leaves: what it names is there when it sends the first person.
    const { logo_uri: logoUri } = (ctx.body ?? {}) as { logo_uri?: string };
    if (logoUri) await this.logos.keep(clientId, logoUri, address ?? '');
  };

  /** Inside the commit: whoever comes too often is turned away before anything is read. */
  gate = async (ctx: Context, next: Next): Promise<void> => {
    const mode = this.config.clientRegistration;
    const isNew = ctx.method === 'POST' && ctx.path.endsWith('/oidc/registration');
    const isChange = CHANGING.includes(ctx.method) && ctx.path.includes('/oidc/registration/');
    if (mode === 'off' || !(isNew || isChange)) return void (await next());
    const address = visitor()?.address ?? '';
    try {
      if (isChange) await this.quota.admitChange(address);
      else {
        if (mode === 'open') await this.quota.admit(address);
        await this.quota.check();
      }
    } catch (error) {
      if (!(error instanceof QuotaReached)) throw error;
      this.logger.warn(error.message);
      return answerTooMany(ctx, error);
    }
    await next();
  };

  /**
   * An operator takes an application away that registered itself.
   * @param by whose word it is: of the shell, or of somebody on a page, whose request is known
   * @returns how many people had let it in; undefined when there is no such application (any more)
   */
  async remove(clientId: string, { by, req }: RemovedBy): Promise<number | undefined> {
    const before = await this.clients.said(clientId);
    if (!before) return undefined;
    let gone = false as boolean;
    const { people } = await this.removal.around([clientId], () =>
      this.records.join(async (sql) => {
        gone = await this.clients.delete(sql, clientId);
      }),
    );
    // Of any number of operators who do it at once, one has.
    if (!gone) return undefined;
    await this.audit.record('client.removed', { clientId, detail: { by, before, people } }, req);
    return people;
  }

  /** Removes at most `limit` applications that nobody signs in to. @returns how many they were */
  async removeUnused(limit: number): Promise<number> {
    const removed = await this.clients.removeUnused(limit);
    for (const id of removed) await this.records.revokeGrantHash(sha256(registrationOf(id)));
    return removed.length;
  }
}
