import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { sha256 } from '../kernel/secrets.js';

/** Which browsers an account has completed a sign-in in. This admits to a counter of its own and proves nothing else. */
@Injectable()
export class KnownBrowsers {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  async isKnown(browserId: string, accountId: string): Promise<boolean> {
    const rows = await this.sql.rows(
      'SELECT 1 AS known FROM known_browser WHERE browser = ? AND account_id = ?',
      sha256(browserId),
      accountId,
    );
    return rows.length > 0;
  }

  async remember(browserId: string, accountId: string): Promise<void> {
    await this.sql.run(
      `INSERT INTO known_browser (browser, account_id, last_at) VALUES (?, ?, ?)
       ON CONFLICT (browser, account_id) DO UPDATE SET last_at = excluded.last_at`,
      sha256(browserId),
      accountId,
      this.clock.now().getTime(),
    );
  }
}
