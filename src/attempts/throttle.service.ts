import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { Secrets } from '../kernel/secrets.js';
import { KnownBrowsers } from './known-browsers.js';
import { LIMITS, verdict, WINDOW, type Count, type ThrottledFactor } from './throttle-rule.js';

/** Whose checks are counted, and from where. */
export interface ThrottleSubject {
  /** The account's id, or, where there is no account, the canonical form of what was typed: both look the same from outside. */
  readonly subject: string;
  readonly isAccount: boolean;
  /** The tokens this browser was given at earlier sign-ins, by whomever. */
  readonly browserTokens: readonly string[];
}

export type Admission =
  { readonly admitted: true } | { readonly admitted: false; readonly retryAfterSeconds: number };

interface Row {
  checks: number;
  consecutive: number;
  last_at: number | string;
}

/**
 * Counts checks before they are made, in a commit of their own: nothing that fails later can take the count back.
 * A browser in which the account has signed in before counts for itself, so that an attacker elsewhere
 * cannot lock its owner out (OWASP, device cookies).
 */
@Injectable()
export class Throttle {
  /** How many checks of each factor were refused since the start. */
  readonly refusals = new Map<ThrottledFactor, number>();

  constructor(
    private readonly sql: Sql,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly knownBrowsers: KnownBrowsers,
  ) {}

  /** Takes one check from the budget, or says when there is one again. */
  async admit(factor: ThrottledFactor, subject: ThrottleSubject): Promise<Admission> {
    const bucket = await this.bucket(factor, subject);
    const now = this.clock.now().getTime();
    const limit = LIMITS[factor];
    const taken = await this.sql.run(
      `INSERT INTO throttle (bucket, subject, of_account, checks, consecutive, last_at) VALUES (?, ?, ?, 1, 1, ?)
       ON CONFLICT (bucket) DO UPDATE SET
         checks = CASE WHEN throttle.last_at <= ? OR throttle.last_at > ? THEN 1 ELSE throttle.checks + 1 END,
         consecutive = throttle.consecutive + 1,
         last_at = ?
       WHERE throttle.consecutive < ? AND (throttle.last_at <= ? OR throttle.last_at > ? OR throttle.checks < ?)`,
      bucket,
      this.subjectOf(factor, subject.subject),
      subject.isAccount ? 1 : 0,
      now,
      now - WINDOW,
      now + WINDOW,
      now,
      limit.consecutive,
      now - WINDOW,
      now + WINDOW,
      limit.checks,
    );
    if (taken === 1) return { admitted: true };
    this.refusals.set(factor, (this.refusals.get(factor) ?? 0) + 1);
    const decided = verdict(factor, await this.count(bucket), now);
    return { admitted: false, retryAfterSeconds: decided.allowed ? 1 : decided.retryAfterSeconds };
  }

  /** The check succeeded: what was counted for this factor, from this browser, is forgotten. */
  async succeeded(factor: ThrottledFactor, subject: ThrottleSubject): Promise<void> {
    await this.sql.note('DELETE FROM throttle WHERE bucket = ?', await this.bucket(factor, subject));
  }

  /** What was counted beforehand was no try after all. Nothing else is forgotten. */
  async takeBack(factor: ThrottledFactor, subject: ThrottleSubject): Promise<void> {
    await this.sql.run(
      'UPDATE throttle SET checks = checks - 1, consecutive = consecutive - 1 WHERE bucket = ? AND checks > 0',
      await this.bucket(factor, subject),
    );
  }

  /** A whole sign-in succeeded: an account's hard stops are lifted, for its owner is here. */
  async cleared(accountId: string): Promise<void> {
    for (const [factor, { consecutive }] of Object.entries(LIMITS)) {
      await this.sql.note(
        'DELETE FROM throttle WHERE subject = ? AND consecutive >= ?',
        this.subjectOf(factor, accountId),
        consecutive,
      );
    }
  }

  /** Clears what is counted for an account, wherever it was tried. @returns how many counts there were */
  async reset(accountId: string, factors: string[] = Object.keys(LIMITS)): Promise<number> {
    let counts = 0;
    for (const factor of factors)
      counts += await this.sql.run(
        'DELETE FROM throttle WHERE subject = ?',
        this.subjectOf(factor, accountId),
      );
    return counts;
  }

  /** Which factors of an account are not checked now, in some browser or everywhere, and until when; null: until it is reset. */
  async stopped(accountId: string): Promise<{ factor: ThrottledFactor; until: Date | null }[]> {
    const now = this.clock.now().getTime();
    const stopped: { factor: ThrottledFactor; until: Date | null }[] = [];
    for (const factor of ['password', 'second-factor'] as const) {
      const rows = await this.sql.rows<Row>(
        'SELECT checks, consecutive, last_at FROM throttle WHERE subject = ?',
        this.subjectOf(factor, accountId),
      );
      const ends = rows.flatMap((row) => {
        const verdictOn = verdict(factor, countOf(row), now);
        if (verdictOn.allowed) return [];
        return [
          row.consecutive >= LIMITS[factor].consecutive ? Infinity : verdictOn.retryAfterSeconds * SECOND,
        ];
      });
      if (ends.length === 0) continue;
      const last = Math.max(...ends);
      stopped.push({ factor, until: last === Infinity ? null : new Date(now + last) });
    }
    return stopped;
  }

  private async count(bucket: string): Promise<Count | undefined> {
    const [row] = await this.sql.rows<Row>(
      'SELECT checks, consecutive, last_at FROM throttle WHERE bucket = ?',
      bucket,
    );
    return row && countOf(row);
  }

  private async bucket(
    factor: ThrottledFactor,
    { subject, browserTokens }: ThrottleSubject,
  ): Promise<string> {
    return this.bucketOf(
      factor,
      subject,
      (await this.knownBrowsers.known(browserTokens, subject)) ?? 'anywhere',
    );
  }

  private bucketOf(factor: string, subject: string, from: string): string {
    return this.secrets.mac('throttle', JSON.stringify([factor, subject, from])).toString('base64url');
  }

  private subjectOf(factor: string, subject: string): string {
    return this.secrets.mac('throttle-subject', JSON.stringify([factor, subject])).toString('base64url');
  }
}

function countOf({ checks, consecutive, last_at }: Row): Count {
  return { checks, consecutive, lastAt: Number(last_at) };
}
