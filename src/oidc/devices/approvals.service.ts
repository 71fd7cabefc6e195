import { Injectable } from '@nestjs/common';
import { Provider, type Client } from 'oidc-provider';
import { Config } from '../../config/config.js';
import { Clients, type ClientFace } from '../../clients/clients.service.js';
import { Clock, SECOND } from '../../kernel/clock.js';
import type { Level } from '../../mfa/assurance.js';
import { AccountRecords } from '../records/account-records.js';
import { ApprovalContents, type Shown } from './approval-contents.js';
import { demandedLevel, demandsVerifiedEmail, isAskedAnew } from '../guards/demand.js';
import { Entry } from '../claims/entry.js';
import { PingNotices } from './ping-notices.js';
import type { Payload } from '../records/record.batch.js';
import { RecordLost } from '../records/record.lost.js';
import { RecordStore } from '../records/record.store.js';
import type { SignedInPerson } from '../sessions/sessions.service.js';
import { suffices } from '../sessions/sign-in-strength.js';
import { grantLifetime } from '../apis/token-lifetimes.js';
import { WaitingPlaces } from './waiting-places.js';

type BackchannelRequest = InstanceType<Provider['BackchannelAuthenticationRequest']>;

/** An application that waits for its person. Times are epoch milliseconds. */
export interface WaitingRequest {
  /** To answer it by; it is worth nothing else. */
  readonly id: string;
  readonly client: ClientFace;
  readonly bindingMessage: string | undefined;
  readonly asked: Shown;
  readonly askedAt: number;
  readonly expiresAt: number;
}

/** What came of an answer; `gone`: there is no such request of this person, or it was answered, or is over. */
export type Answered =
  | { readonly kind: 'approved' | 'refused'; readonly clientId: string }
  | { readonly kind: 'gone' | 'unconfirmed-email' }
  /** The session is not what the application asks for. */
  | { readonly kind: 'too-weak'; readonly level: Level; readonly maxAge: number | undefined };

/** The person's side of CIBA: what waits for them, and their one answer to it. */
@Injectable()
export class Approvals {
  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly clients: Clients,
    private readonly contents: ApprovalContents,
    private readonly entry: Entry,
    private readonly accountRecords: AccountRecords,
    private readonly records: RecordStore,
    private readonly pings: PingNotices,
    private readonly places: WaitingPlaces,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async waiting(accountId: string): Promise<WaitingRequest[]> {
    const waiting = (await this.openOf(accountId)).map(async ({ hash, payload }) => ({
      id: hash,
      client: await this.clients.faceOf(payload.clientId!),
      asked: await this.shown(payload),
      bindingMessage: payload.params?.['binding_message'] as string | undefined,
      askedAt: payload.iat! * SECOND,
      expiresAt: payload.exp! * SECOND,
    }));
    return (await Promise.all(waiting)).reverse();
  }

  /** How many wait. */
  async count(accountId: string): Promise<number> {
    return (await this.openOf(accountId)).length;
  }

  /** What the application gets says of the sign-in exactly what this person's session does. */
  approve(person: SignedInPerson, id: string): Promise<Answered> {
    return this.answer(person.account.id, id, async (request, client) => {
      const tooWeak = this.tooWeak(person, request, client);
      if (tooWeak) return tooWeak;
      if (demandsVerifiedEmail(this.config, client) && !person.account.emailVerifiedAt)
        return { kind: 'unconfirmed-email' };
      // Taken out of the group since the request was made.
      if (!(await this.entry.isOpen(client, person.account.id))) return { kind: 'gone' };
      const session = await this.provider.Session.findByUid(person.sessionUid);
      if (!session || session.accountId !== request.accountId) return { kind: 'gone' };

      const { clientId } = client;
      const granted = await this.grant(request, client, session.grantIdFor(clientId));
      session.ensureClientContainer(clientId);
      session.grantIdFor(clientId, granted.grantId);
      const expiresWithSession = !request.scope?.split(' ').includes('offline_access');
      if (!expiresWithSession) session.authorizationFor(clientId).persistsLogout = true;
      await session.persist();
      Object.assign(request, {
        ...granted,
        acr: session.acr,
        amr: session.amr,
        authTime: session.authTime(),
        sessionUid: session.uid,
        expiresWithSession,
        ...(client.includeSid() ? { sid: session.sidFor(clientId) } : {}),
      });
      return { kind: 'approved', clientId };
    });
  }

  refuse(accountId: string, id: string): Promise<Answered> {
    return this.answer(accountId, id, (request, { clientId }) => {
      Object.assign(request, { error: 'access_denied', errorDescription: 'the person refused' });
      return Promise.resolve({ kind: 'refused', clientId });
    });
  }

  /** Of several answers at the same moment one is kept; with it, and only with it, the application is told. */
  private async answer(
    accountId: string,
    id: string,
    decide: (request: BackchannelRequest, client: Client) => Promise<Answered>,
  ): Promise<Answered> {
    try {
      return await this.records.batch(async () => {
        const open = (await this.openOf(accountId)).find(({ hash }) => hash === id);
        const request =
          open && (await this.provider.BackchannelAuthenticationRequest.find(open.payload.jti!));
        const client = request && (await this.provider.Client.find(request.clientId!));
        if (!client || request.accountId !== accountId || request.grantId || request.error)
          return { kind: 'gone' };
        const answered = await decide(request, client);
        if (answered.kind !== 'refused' && answered.kind !== 'approved') return answered;
        await request.save();
        await this.records.join((sql) => this.places.leave(sql, request.jti));
        await this.ping(request, client);
        return answered;
      });
    } catch (error) {
      if (error instanceof RecordLost) return { kind: 'gone' };
      throw error;
    }
  }

  private async ping(request: BackchannelRequest, client: Client): Promise<void> {
    const token = request.params?.['client_notification_token'];
    if (client.backchannelTokenDeliveryMode !== 'ping' || typeof token !== 'string') return;
    const facts = {
      accountId: request.accountId!,
      clientId: client.clientId,
      expiresAt: request.exp! * SECOND,
    };
    await this.records.join((sql) => this.pings.add(sql, facts, { authReqId: request.jti, token }));
  }

  private async grant(request: BackchannelRequest, client: Client, existingId: string | undefined) {
    const existing = existingId ? await this.provider.Grant.find(existingId) : undefined;
    const grant =
      existing ?? new this.provider.Grant({ accountId: request.accountId!, clientId: client.clientId });
    // No request of the provider's is under way here that would know the client.
    if (!existing) Object.assign(grant, { expiresIn: grantLifetime(client, this.config) });
    const details = await this.contents.grantTo(grant, client, request);
    return { grantId: await grant.save(), ...(details.length > 0 ? { rar: details } : {}) };
  }

  private tooWeak(
    person: SignedInPerson,
    { params = {}, iat }: BackchannelRequest,
    client: Client,
  ): Answered | undefined {
    const level = demandedLevel(client, params);
    const now = this.clock.now();
    const isAnew = isAskedAnew(params);
    const maxAge = isAnew ? 0 : params['max_age'] === undefined ? undefined : Number(params['max_age']);
    // Signed in for this request is who has done so since it was made.
    const within = isAnew ? now.getTime() - iat * SECOND : maxAge === undefined ? undefined : maxAge * SECOND;
    if (suffices(person, { level, within }, now)) return undefined;
    return { kind: 'too-weak', level, maxAge };
  }

  private async shown(payload: Payload): Promise<Shown> {
    const client = await this.provider.Client.find(payload.clientId!);
    return client ? this.contents.shown(client, payload) : { allowances: [], apis: [], details: [] };
  }

  private async openOf(accountId: string) {
    const now = this.clock.now().getTime() / SECOND;
    const records = await this.accountRecords.living(accountId, 'BackchannelAuthenticationRequest');
    return records.filter(({ uid, payload }) => uid !== null && payload.exp! > now);
  }
}
