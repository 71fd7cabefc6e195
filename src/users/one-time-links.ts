import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { randomToken, sha256 } from '../kernel/secrets.js';
import { accountDisabled, passwordChanged, type AccountChange } from './events.js';
import { emailKey } from './identifiers.js';
import { LINK_KINDS, type LinkPurpose } from './link-kinds.js';

/** Not a link, but an address that one can lead back to. */
const RESERVED = 'reserved-address';

export interface Link {
  readonly accountId: string;
  readonly addressKey: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

interface Row {
  account_id: string;
  address_key: string;
  detail: string;
  created_at: number | string;
  expires_at: number | string;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const COLUMNS = 'account_id, address_key, detail, created_at, expires_at';

/**
 * The links in mails: 256 random bits, kept as a fingerprint, for one purpose, one account and the one address they were sent
 * to, once and for a while (ASVS 6.4). Opening one changes nothing, since mail scanners open them too: its page has a button.
 */
@Injectable()
export class OneTimeLinks {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly clock: Clock,
    events: Events,
  ) {
    // What somebody had begun with the old password, or before the account was closed, does not go on afterwards.
    const endBegun = async ({ accountId, sql: within }: AccountChange) => {
      await this.endAll(within, accountId, 'confirm-new-email');
      await this.endAll(within, accountId, 'reset-password');
      await this.endAll(within, accountId, 'sign-in');
    };
    events.on(passwordChanged, endBegun);
    events.on(accountDisabled, endBegun);
  }

  /** @param address where the link goes, and what it is bound to */
  async make(
    purpose: LinkPurpose,
    accountId: string,
    address: string,
    detail: Record<string, unknown> = {},
  ): Promise<{ readonly url: string; readonly expiresAt: Date }> {
    const { path, lifetime, supersedes } = LINK_KINDS[purpose];
    const token = randomToken(32);
    const now = this.clock.now().getTime();
    await this.sql.transaction(async (sql) => {
      if (supersedes) {
        // Locks the account's row: of two made at once the later one ends the other, and not each its own past.
        await sql.run('UPDATE account SET factor_generation = factor_generation WHERE id = ?', accountId);
        await this.endAll(sql, accountId, purpose);
      }
      await sql.run(
        `INSERT INTO one_time_link (hash, purpose, account_id, address_key, detail, created_at, expires_at, used_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
        sha256(token),
        purpose,
        accountId,
        emailKey(address),
        JSON.stringify(detail),
        now,
        now + lifetime,
      );
    });
    // In the query: paths are logged, queries are not.
    return { url: this.config.url(`${path}?token=${token}`), expiresAt: new Date(now + lifetime) };
  }

  /** What a link stands for, while it can still be used. It stays usable. */
  async find(purpose: LinkPurpose, token: unknown): Promise<Link | undefined> {
    if (typeof token !== 'string' || !TOKEN.test(token)) return undefined;
    const [row] = await this.sql.rows<Row>(
      `SELECT ${COLUMNS} FROM one_time_link WHERE hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?`,
      sha256(token),
      purpose,
      this.clock.now().getTime(),
    );
    return row && asLink(row);
  }

  /** Uses a link up, in the transaction of what it allows. Of any number of parallel calls one gets it. */
  async spend(sql: SqlRunner, purpose: LinkPurpose, token: unknown): Promise<Link | undefined> {
    if (typeof token !== 'string' || !TOKEN.test(token)) return undefined;
    const now = this.clock.now().getTime();
    const spent = await sql.run(
      'UPDATE one_time_link SET used_at = ? WHERE hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?',
      now,
      sha256(token),
      purpose,
      now,
    );
    if (spent !== 1) return undefined;
    const [row] = await sql.rows<Row>(`SELECT ${COLUMNS} FROM one_time_link WHERE hash = ?`, sha256(token));
    return row && asLink(row);
  }

  /** When the newest unused link of one purpose was made (epoch milliseconds); undefined: there is none. */
  async newest(sql: SqlRunner, purpose: LinkPurpose, accountId: string): Promise<number | undefined> {
    const [row] = await sql.rows<{ newest: number | string | null }>(
      'SELECT MAX(created_at) AS newest FROM one_time_link WHERE account_id = ? AND purpose = ? AND used_at IS NULL',
      accountId,
      purpose,
    );
    return row?.newest == null ? undefined : Number(row.newest);
  }

  /** Ends every unused link of one purpose. */
  async endAll(sql: SqlRunner, accountId: string, purpose: LinkPurpose): Promise<void> {
    await sql.run(
      'DELETE FROM one_time_link WHERE account_id = ? AND purpose = ? AND used_at IS NULL',
      accountId,
      purpose,
    );
  }

  /**
   * Ends every unused link that was made at this moment or later: whoever asked for them was not the owner.
   * Links that undo a change of address live as long as the reserved address: one that is older must outlive this.
   */
  async endSince(sql: SqlRunner, accountId: string, moment: number): Promise<void> {
    await sql.run(
      `DELETE FROM one_time_link WHERE account_id = ? AND created_at >= ? AND used_at IS NULL
       AND purpose <> 'undo-email-change'`,
      accountId,
      moment,
    );
  }

  /**
   * Keeps an address that an account gives up for its owner, for as long as the change can be undone: nobody else can register
   * it meanwhile. @returns the reservation's id, which undo links name
   */
  async reserve(sql: SqlRunner, accountId: string, email: string, verifiedAt: Date | null): Promise<string> {
    const id = sha256(randomToken(32));
    const now = this.clock.now().getTime();
    await sql.run(
      `INSERT INTO one_time_link (hash, purpose, account_id, address_key, detail, created_at, expires_at, used_at)
       VALUES (?, '${RESERVED}', ?, ?, ?, ?, ?, NULL)`,
      id,
      accountId,
      emailKey(email),
      JSON.stringify({ email, verifiedAt: verifiedAt?.getTime() ?? null }),
      now,
      now + LINK_KINDS['undo-email-change'].lifetime,
    );
    return id;
  }

  /** The link that leads back to it was sent later than it was reserved, and has its week all the same. */
  async prolongReservation(id: string, until: Date): Promise<void> {
    const [now, end] = [this.clock.now().getTime(), until.getTime()];
    await this.sql.run(
      `UPDATE one_time_link SET expires_at = ?
       WHERE hash = ? AND purpose = '${RESERVED}' AND used_at IS NULL AND expires_at > ? AND expires_at < ?`,
      end,
      id,
      now,
      end,
    );
  }

  /** Gives a reserved address back, once. */
  async spendReservation(sql: SqlRunner, id: string): Promise<Link | undefined> {
    const now = this.clock.now().getTime();
    const statement =
      'UPDATE one_time_link SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?';
    if ((await sql.run(statement, now, id, now)) !== 1) return undefined;
    const [row] = await sql.rows<Row>(`SELECT ${COLUMNS} FROM one_time_link WHERE hash = ?`, id);
    return row && asLink(row);
  }

  /** Whose address this was, and may be again; undefined: it is free for everybody. @param key canonical */
  async reservedFor(sql: SqlRunner, key: string): Promise<string | undefined> {
    const [row] = await sql.rows<Row>(
      `SELECT ${COLUMNS} FROM one_time_link
       WHERE address_key = ? AND purpose = '${RESERVED}' AND used_at IS NULL AND expires_at > ? ORDER BY created_at DESC`,
      key,
      this.clock.now().getTime(),
    );
    return row?.account_id;
  }

  /** The addresses that were the account's and could be so again. */
  async formerAddresses(accountId: string): Promise<string[]> {
    const rows = await this.sql.rows<Row>(
      `SELECT ${COLUMNS} FROM one_time_link
       WHERE account_id = ? AND purpose = '${RESERVED}' AND used_at IS NULL AND expires_at > ?`,
      accountId,
      this.clock.now().getTime(),
    );
    return [...new Set(rows.map((row) => String(asLink(row).detail['email'])))];
  }

  /** Removes at most `limit` links that have ended. @returns how many they were */
  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM one_time_link WHERE hash IN (SELECT hash FROM one_time_link WHERE expires_at < ? LIMIT ?)',
      this.clock.now().getTime(),
      limit,
    );
  }
}

function asLink(row: Row): Link {
  return {
    accountId: row.account_id,
    addressKey: row.address_key,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
  };
}
