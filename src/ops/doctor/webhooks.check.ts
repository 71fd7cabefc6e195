import type { Sql } from '../../database/sql.js';
import { DAY, HOUR, type Clock } from '../../kernel/clock.js';
import { MOST_WAITING } from '../../webhooks/webhook-outbox.js';
import { fine, warning, type Finding } from './findings.js';

const CHECK = 'webhooks';

interface Row {
  name: string;
  waiting: number | string;
  since: number | string | null;
  given_up: number | string;
}

/** Whether everyone is told who is to be told. */
export async function webhooksFindings(sql: Sql, clock: Clock): Promise<Finding[]> {
  const now = clock.now().getTime();
  const rows = await sql.rows<Row>(STATE, now - DAY);
  if (rows.length === 0) return [fine(CHECK, 'there is none')];
  const found = rows.flatMap((row) => findingOf(row, now));
  return found.length > 0 ? found : [fine(CHECK, `${rows.length} are told of what happens`)];
}

function findingOf({ name, waiting, since, given_up: givenUp }: Row, now: number): Finding[] {
  const mend = `gatehouse webhooks test ${name} says why; when it is mended: gatehouse webhooks retry ${name}`;
  if (Number(waiting) >= MOST_WAITING)
    return [
      warning(
        CHECK,
        'webhook-full',
        `${MOST_WAITING} messages wait for ${name}, and no more are taken`,
        mend,
      ),
    ];
  const hours = since === null ? 0 : Math.floor((now - Number(since)) / HOUR);
  if (hours === 0 && Number(givenUp) === 0) return [];
  const says =
    hours > 0 ? `${name} has heard nothing for ${hours} hours` : `${name} was not told of all that happened`;
  return [warning(CHECK, 'webhook-failing', says, mend)];
}

const STATE = `SELECT name,
  (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery
     WHERE webhook_id = name AND due_at IS NOT NULL LIMIT ${MOST_WAITING}) AS found) AS waiting,
  (SELECT MIN(created_at) FROM webhook_delivery
     WHERE webhook_id = name AND due_at IS NOT NULL AND answer IS NOT NULL) AS since,
  (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery
     WHERE webhook_id = name AND state = 'failed' AND settled_at > ? LIMIT 1) AS found) AS given_up
  FROM declaration WHERE kind = 'webhooks' ORDER BY name`;
