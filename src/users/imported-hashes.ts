import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { PARAMETERS_AS_WRITTEN } from './password-hash.js';

/** How long an answer is good for: looking costs a pass over the accounts where none is left. */
const GOOD_FOR_MS = 60_000;

/** Whether there are accounts whose password still stands as another program hashed it. */
@Injectable()
export class ImportedHashes {
  private last: { readonly at: number; readonly sample: string | undefined } | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /** One of these hashes, as a measure of what checking them costs; undefined: there are none. */
  async sample(): Promise<string | undefined> {
    const now = this.clock.now().getTime();
    if (this.last && now - this.last.at >= 0 && now - this.last.at < GOOD_FOR_MS) return this.last.sample;
    // Whoever asks meanwhile does not look, too.
    this.last = { at: now, sample: this.last?.sample };
    const [found] = await this.sql.rows<{ password_hash: string }>(
      'SELECT password_hash FROM account WHERE password_hash NOT LIKE ? LIMIT 1',
      `${PARAMETERS_AS_WRITTEN}%`,
    );
    const sample = found?.password_hash;
    this.last = { at: now, sample };
    return sample;
  }
}
