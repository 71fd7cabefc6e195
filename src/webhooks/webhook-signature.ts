import { createHmac } from 'node:crypto';

/**
 * The headers of Standard Webhooks 1.0.0 ("Webhook headers", "Signature scheme").
 * @param keys while one secret gives way to the next: a signature of each
 * @param at when it is sent, which is not when it happened: a receiver refuses what is old
 */
export function signatureHeaders(
  keys: readonly Buffer[],
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = keys.map((key) => {
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return `v1,${mac}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
