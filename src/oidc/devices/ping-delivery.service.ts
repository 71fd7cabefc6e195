import { Injectable } from '@nestjs/common';
import { Provider } from 'oidc-provider';
import { post, type OutgoingOptions } from '../../http/outgoing.js';
import {
  DeliveryParts,
  NeverAgain,
  NoticeDelivery,
  refusal,
  type DueNotice,
} from '../sessions/notice-delivery.js';
import { PingNotices, pingWaiting } from './ping-notices.js';

/** The application does not know the token, or is elsewhere: it gets its tokens by asking for them all the same. */
const FINAL = new Set([301, 302, 303, 307, 308, 401, 403]);

interface Due extends DueNotice {
  client_id: string;
  sealed_facts: string;
  expires_at: number | string;
}

/** Tells applications that a person has answered; what the answer is, they ask for then (CIBA Core, section 10.2). */
@Injectable()
export class PingDelivery extends NoticeDelivery<Due> {
  constructor(
    private readonly provider: Provider,
    private readonly notices: PingNotices,
    parts: DeliveryParts,
  ) {
    const box = {
      table: 'ping_notice',
      columns: 'client_id, sealed_facts, expires_at',
      receiver: 'client_id' as const,
      waiting: pingWaiting,
      failure: 'an application was not told of an answer',
    };
    super(box, parts, 'Ping');
  }

  protected async tell({ id, client_id, sealed_facts }: Due, options: OutgoingOptions) {
    const client = await this.provider.Client.find(client_id);
    const address = client?.backchannelClientNotificationEndpoint;
    if (!address) return 'it is not a client any more, or has no address to be told at';
    const url = new URL(address);
    if (client['notified_by_http'] === true) url.protocol = 'http:';
    const { authReqId, token } = this.notices.open(id, sealed_facts);
    const message = {
      type: 'application/json',
      body: JSON.stringify({ auth_req_id: authReqId }),
      headers: { Authorization: `Bearer ${token}` },
    };
    const status = await post(url, message, options);
    const reason = refusal(status);
    return reason !== undefined && FINAL.has(status) ? new NeverAgain(reason) : reason;
  }

  protected givesUpAt({ expires_at }: Due): number {
    return Number(expires_at);
  }

  protected async close(id: string): Promise<void> {
    await this.parts.sql.run('DELETE FROM ping_notice WHERE id = ?', id);
  }
}
