import { Injectable } from '@nestjs/common';
import { errors, Provider, type Client } from 'oidc-provider';
import { postForm, type OutgoingOptions } from '../../http/outgoing.js';
import { DAY } from '../../kernel/clock.js';
import { logoutWaiting } from './logout-notices.service.js';
import { isOfDocument, isUnvouched } from '../registration/unvouched.js';
import { logoutToken } from './logout-token.js';
import { DeliveryParts, NO_ADDRESS, NoticeDelivery, refusal, type DueNotice } from './notice-delivery.js';

interface Due extends DueNotice {
  client_id: string;
  account_id: string;
  sid: string | null;
  created_at: number | string;
}

const GIVE_UP_AFTER = DAY;

/** Tells applications that a session ended (OpenID Connect Back-Channel Logout 1.0, section 2.5). */
@Injectable()
export class LogoutDelivery extends NoticeDelivery<Due> {
  constructor(
    private readonly provider: Provider,
    parts: DeliveryParts,
  ) {
    const box = {
      table: 'logout_notice',
      columns: 'client_id, account_id, sid, created_at',
      receiver: 'client_id' as const,
      waiting: logoutWaiting,
      failure: 'an application was not told of a sign-out',
      keepsAnswer: true as const,
    };
    super(box, parts, 'Logout');
  }

  protected async tell({ id, account_id, client_id, sid }: Due, options: OutgoingOptions) {
    const client = await this.find(client_id);
    if (typeof client === 'string') return client;
    if (isOfDocument(client) && !client?.backchannelLogoutUri) return NO_ADDRESS;
    if (!client?.backchannelLogoutUri) return 'it is not a client any more, or has no address to be told at';
    const token = await logoutToken(this.provider, client, { id, accountId: account_id, sid });
    const internal = options.internal && this.mayBeInternal(client);
    const form = { logout_token: token };
    return refusal(await postForm(new URL(client.backchannelLogoutUri), form, { ...options, internal }));
  }

  /** @returns why its document cannot be read, as the case may be; the next try reads it again */
  private async find(clientId: string): Promise<Client | string | undefined> {
    try {
      return await this.provider.Client.find(clientId);
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      return error.error_description ?? error.message;
    }
  }

  /** The operator's word is about applications that the operator knows: by name, or by the host of a document that may be internal. */
  private mayBeInternal(client: Client): boolean {
    return !isUnvouched(client) || (isOfDocument(client) && this.parts.config.internalFetch);
  }

  protected givesUpAt({ created_at }: Due): number {
    return Number(created_at) + GIVE_UP_AFTER;
  }

  protected async close(id: string, state: 'told' | 'failed' | 'cannot', error?: string): Promise<void> {
    await this.parts.sql.run(
      `UPDATE logout_notice SET state = ?, due_at = NULL, settled_at = ?, last_error = COALESCE(?, last_error) WHERE id = ? AND state = 'waiting'`,
      state,
      this.now(),
      error ?? null,
      id,
    );
  }
}
