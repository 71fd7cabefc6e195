import { Injectable } from '@nestjs/common';
import { isIPv6 } from 'node:net';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock, HOUR, MINUTE } from '../kernel/clock.js';
import { sha256 } from '../kernel/secrets.js';

/** Too many applications have registered themselves; nothing of the request is kept. */
export class QuotaReached extends Error {
  constructor(readonly which: 'total' | 'hour' | 'address' | 'changes') {
    super(`too many applications have registered or changed themselves (${which})`);
  }
}

const LEAST_IN_AN_HOUR = 10;
const LEAST_OF_AN_ADDRESS = 5;
/** For each registration so many changes. */
const CHANGES = 10;
/** The row that lets one registration at a time count and insert, on every instance. */
const GATE = sha256('client-registration');
/** Whose the counts of what has registered itself are, a row a minute. */
const CREATED = sha256('client-registration-created');

const COUNT = `INSERT INTO throttle (bucket, subject, of_account, checks, consecutive, last_at) VALUES (?, ?, 0, 1, 1, ?)
   ON CONFLICT (bucket) DO UPDATE SET checks = throttle.checks + 1, last_at = excluded.last_at`;

/** How many applications may register themselves: in all, in an hour, and from one address. */
@Injectable()
export class RegistrationQuota {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts a try from an address of a client, whatever comes of it; one statement is the verdict.
   * @throws QuotaReached
   */
  admit(address: string): Promise<void> {
    return this.count('client-registration', address, this.ofAddress, 'address');
  }

  /**
   * Counts a change of a registration, or its removal: each is kept in the activity, and can make this server fetch.
   * @throws QuotaReached
   */
  admitChange(address: string): Promise<void> {
    return this.count('client-registration-change', address, CHANGES * this.ofAddress, 'changes');
  }

  /**
   * A first look, which spares the work.
   * @throws QuotaReached
   */
  check(): Promise<void> {
    return this.verdict(this.sql, this.clock.now().getTime());
  }

  /**
   * Counts one more, in the transaction that inserts it: what is not kept was not counted.
   * @throws QuotaReached
   */
  async take(sql: SqlRunner): Promise<void> {
    const now = this.clock.now().getTime();
    // Write before reading: whoever counts now waits until the one before has inserted.
    await sql.run(COUNT, GATE, GATE, now);
    await this.verdict(sql, now);
    const minute = sha256(`client-registration-created:${Math.floor(now / MINUTE)}`);
    await sql.run(COUNT, minute, CREATED, now);
  }

  /** How many there are, and how many have come: one that was deleted has come all the same. */
  private async verdict(sql: Pick<SqlRunner, 'rows'>, now: number): Promise<void> {
    const [row] = await sql.rows<{ total: number | string; recent: number | string | null }>(
      `SELECT (SELECT COUNT(*) FROM client WHERE origin = 'registered') AS total,
              (SELECT SUM(checks) FROM throttle WHERE subject = ? AND last_at > ?) AS recent`,
      CREATED,
      now - HOUR,
    );
    if (Number(row!.total) >= this.config.clientRegistrationLimit) throw new QuotaReached('total');
    if (Number(row!.recent ?? 0) >= this.inAnHour) throw new QuotaReached('hour');
  }

  private async count(
    what: string,
    address: string,
    most: number,
    which: QuotaReached['which'],
  ): Promise<void> {
    const now = this.clock.now().getTime();
    const bucket = sha256(`${what}:${Math.floor(now / HOUR)}:${network(address)}`);
    const counted = await this.sql.run(`${COUNT} WHERE throttle.checks < ?`, bucket, bucket, now, most);
    if (counted !== 1) throw new QuotaReached(which);
  }

  private get inAnHour(): number {
    return Math.max(LEAST_IN_AN_HOUR, Math.floor(this.config.clientRegistrationLimit / 10));
  }

  private get ofAddress(): number {
    return Math.max(LEAST_OF_AN_ADDRESS, Math.floor(this.inAnHour / 4));
  }
}

/** Whoever has one IPv6 address has 2^64 of them. */
function network(address: string): string {
  if (!isIPv6(address) || address.toLowerCase().startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const zeros = address.includes('::')
    ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : [];
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return groups.map((group) => parseInt(group, 16).toString(16)).join(':');
}
