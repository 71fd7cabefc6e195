import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientsModule } from '../clients/clients.module.js';
import { DeliveryParts } from '../oidc/sessions/notice-delivery.js';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookOutbox } from './webhook-outbox.js';
import { Webhooks } from './webhooks.service.js';

/** Owns who else is told of what happens, as the clients file declares it: signed, and until it was heard. It decides nothing. */
@Module({
  imports: [AuditModule, ClientsModule],
  providers: [DeliveryParts, WebhookDeliveries, WebhookOutbox, Webhooks],
  exports: [WebhookDeliveries, WebhookOutbox, Webhooks],
})
export class WebhooksModule {}
