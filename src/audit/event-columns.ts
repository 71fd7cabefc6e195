import type { Config } from '../config/config.js';

/** The columns of `audit_event e`, read so that an event is the same on both databases (ChainedEvent). */
export function eventColumns(kind: Config['database']['kind']): string {
  const [at, detail] =
    kind === 'sqlite'
      ? ['e.at', 'e.detail']
      : ['round(extract(epoch FROM e.at) * 1000)::bigint', 'e.detail::text'];
  return `e.id AS "id", ${at} AS "at", e.name AS "name", e.result AS "result", e.account_id AS "accountId",
      e.client_id AS "clientId", e.factor AS "factor", e.address AS "address", e.user_agent AS "userAgent", ${detail} AS "detail"`;
}
