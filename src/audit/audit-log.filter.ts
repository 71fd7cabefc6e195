import type { Config } from '../config/config.js';
import { plainAddress } from '../kernel/address.js';

/** Which events somebody wants to see; every one of these has to hold. */
export interface AuditFilter {
  /** An event's name, or a family of them: `group` is every `group.…`. */
  readonly name?: string | undefined;
  readonly result?: 'success' | 'failure' | 'throttled' | undefined;
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  /** Who did it for somebody: an account's id, `shell`, `schedule` … (admin/actor.ts). */
  readonly by?: string | undefined;
  readonly address?: string | undefined;
  readonly from?: Date | undefined;
  /** Not of it any more. */
  readonly to?: Date | undefined;
}

export interface Condition {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Events that one index gives in the order of their numbers (audit-event.entity.ts), and what else has to hold of each. */
export interface Stream {
  readonly along: Condition;
  readonly rest: Condition;
  /** Whether nearly everything along the way is wanted: only a time's edges are not. */
  readonly isDense: boolean;
}

interface Fact {
  readonly condition: Condition;
  /** How it is found along an index; absent: it is only looked for. */
  readonly along?: readonly Condition[];
  readonly isEdge?: boolean;
}

const EVERYTHING: Condition = { sql: '1 = 1', params: [] };
const BY = `(e.detail ->> 'by')`;

/**
 * @param names what the filter's name stands for, each one spelled out; undefined: every name
 * @param moment a time as the database compares it
 * @returns one for each way along an index; together they hold every event that is wanted
 */
export function streamsOf(
  filter: AuditFilter,
  names: readonly string[] | undefined,
  kind: Config['database']['kind'],
  moment: (date: Date) => unknown,
): Stream[] {
  const facts = factsOf(filter, names, kind, moment);
  const leading = facts.find(({ along }) => along);
  const others = facts.filter((fact) => fact !== leading);
  const rest = {
    sql: others.map(({ condition }) => ` AND ${condition.sql}`).join(''),
    params: others.flatMap(({ condition }) => condition.params),
  };
  const isDense = others.every(({ isEdge }) => isEdge);
  return (leading?.along ?? [EVERYTHING]).map((along) => ({ along, rest, isDense }));
}

/** The narrowest first. */
function factsOf(
  { accountId, by, clientId, result, address, from, to }: AuditFilter,
  names: readonly string[] | undefined,
  kind: Config['database']['kind'],
  moment: (date: Date) => unknown,
): Fact[] {
  // SQLite takes any index that it sees, and sorts what it finds there; a plus keeps it to the one that we go along.
  const plain = kind === 'sqlite' ? '+' : '';
  const facts: Fact[] = [];
  const equal = (column: string, value: string | undefined, only?: string) => {
    if (value === undefined) return;
    const condition = { sql: `${plain}${column} = ?`, params: [value] };
    const sql = only === undefined ? undefined : `${column} = ?${only}`;
    facts.push(sql === undefined ? { condition } : { condition, along: [{ sql, params: [value] }] });
  };
  equal('e.account_id', accountId, '');
  // What a partial index leaves out is said as it says it, since a database compares words here.
  equal(BY, by, ` AND ${BY} is not null`);
  equal('e.client_id', clientId, '');
  if (result !== 'success') equal('e.result', result, ` AND e.result <> 'success'`);
  if (names) {
    const sql = names.length === 0 ? '1 = 0' : `${plain}e.name IN (${names.map(() => '?').join(', ')})`;
    facts.push({
      condition: { sql, params: names },
      along: names.map((name) => ({ sql: 'e.name = ?', params: [name] })),
    });
  }
  if (result === 'success') equal('e.result', result);
  // Rows of before have an IPv4 address in the form of IPv6, too.
  if (address)
    facts.push({
      condition: {
        sql: `${plain}e.address IN (?, ?)`,
        params: [plainAddress(address)!, `::ffff:${plainAddress(address)!}`],
      },
    });
  const edge = (test: string, time: Date | undefined) => {
    if (time)
      facts.push({ condition: { sql: `${plain}e.at ${test} ?`, params: [moment(time)] }, isEdge: true });
  };
  edge('>=', from);
  edge('<', to);
  return facts;
}
