import { CIBA_GRANT } from './client.fields.js';
import type { ClientMistake } from './client-rules.js';

const FIELDS = ['backchannel_token_delivery_mode', 'backchannel_client_notification_endpoint'];

/** How the fields of backchannel authentication go together (CIBA Core, section 4). */
export function cibaMistakes(
  fields: Record<string, unknown>,
  has: (field: string) => boolean,
): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  const allowed = usesCiba(fields);
  const unused = FIELDS.find(has);
  if (unused && !allowed)
    mistakes.push({ field: unused, what: `${unused} needs ${CIBA_GRANT} among the grant_types` });
  if (allowed && fields['token_endpoint_auth_method'] === 'none')
    mistakes.push({
      field: 'grant_types',
      what: `${CIBA_GRANT} is not for public clients: give it a secret or a key`,
    });
  const ping = fields['backchannel_token_delivery_mode'] === 'ping';
  const endpoint = has('backchannel_client_notification_endpoint');
  if (allowed && ping && !endpoint)
    mistakes.push({
      field: 'backchannel_token_delivery_mode',
      what: 'backchannel_token_delivery_mode: "ping" needs backchannel_client_notification_endpoint',
    });
  if (allowed && endpoint && !ping)
    mistakes.push({
      field: 'backchannel_client_notification_endpoint',
      what: 'backchannel_client_notification_endpoint needs backchannel_token_delivery_mode: ping',
    });
  if (fields['backchannel_user_code_parameter'] === true)
    mistakes.push({
      field: 'backchannel_user_code_parameter',
      what: 'backchannel_user_code_parameter: user codes are not supported; leave it out',
    });
  return mistakes;
}

/**
 * What is stored: the default, and the address as the library wants it. The standard has https alone; where the operator
 * allows internal addresses, plain http is good enough there, as for sign-outs.
 */
export function cibaMetadata(fields: Record<string, unknown>): Record<string, unknown> {
  if (!usesCiba(fields)) return {};
  const endpoint = fields['backchannel_client_notification_endpoint'] as string | undefined;
  return {
    backchannel_token_delivery_mode: fields['backchannel_token_delivery_mode'] ?? 'poll',
    ...(endpoint?.startsWith('http:')
      ? {
          backchannel_client_notification_endpoint: endpoint.replace(/^http:/, 'https:'),
          notified_by_http: true,
        }
      : {}),
  };
}

function usesCiba(fields: Record<string, unknown>): boolean {
  return ((fields['grant_types'] as string[] | undefined) ?? []).includes(CIBA_GRANT);
}
