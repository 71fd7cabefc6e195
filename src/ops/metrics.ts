import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditFacts, AuditName } from '../audit/audit.service.js';
import type { Watched } from '../http/watch-requests.js';
import { MINUTE } from '../kernel/clock.js';
import type { MetricSources } from './metrics.server.js';
import { queues } from './queue-lengths.js';
import { recordCounts } from './record-counts.js';

/** Counting rows may be asked for more often than the answer changes. */
const COUNTS_FRESH = MINUTE;

/**
 * Every metric there is. Each label has few values, which stand in the source: no path, no client, no person.
 * This is what loads prom-client: it is imported where metrics are switched on (docs/decisions/0031, 0037).
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests = this.histogram(
    'http_request_duration_seconds',
    'How long requests took, by route.',
    ['method', 'route', 'status'],
  );
  private readonly checks = this.counter(
    'factor_checks_total',
    'Checks of a password, a code or a passkey, by what came of them.',
    ['factor', 'outcome'],
  );
  private readonly signIns = this.counter(
    'sign_ins_total',
    'Completed sign-ins, by the methods that were used (amr).',
    ['methods'],
  );
  private readonly events = this.counter('events_total', 'What the audit table was told.', [
    'event',
    'result',
  ]);
  private readonly databaseUp = this.gauge('database_up', 'Whether the database answered: 1 or 0.');
  private readonly waiting = this.gauge(
    'queue_waiting',
    'What waits to be sent; ten thousand means at least that.',
    ['queue'],
  );
  private readonly overdue = this.gauge(
    'queue_overdue_seconds',
    'For how long the first of a queue has been due.',
    ['queue'],
  );
  private readonly records = this.gauge('records', 'Rows; beyond ten thousand an estimate.', ['table']);
  private readonly hashing = this.gauge('password_hashing', 'Password hashes that run and wait.', ['state']);
  private readonly turnedAway = this.counter(
    'password_hashing_turned_away_total',
    'Requests that were answered 503 because too many hashes waited.',
  );
  private readonly throttled = this.counter('throttled_total', 'Checks that were refused as too many.', [
    'factor',
  ]);
  private readonly webhooks = this.counter(
    'webhook_tries_total',
    'Tries to tell a webhook, by what came of them; given-up: the last one of a message was in vain, too.',
    ['outcome'],
  );
  private counted: { at: number; rows: Promise<Map<string, number>> } | undefined;
  private readonly sources: MetricSources;

  constructor({ sources }: { readonly sources: MetricSources }) {
    this.sources = sources;
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  measure({ method, route, status, milliseconds }: Watched): void {
    const group = status === 'aborted' ? status : `${Math.floor(status / 100)}xx`;
    this.requests.observe({ method, route, status: group }, milliseconds / 1000);
  }

  count(event: AuditName, { result = 'success', factor, detail }: AuditFacts): void {
    this.events.inc({ event, result });
    if (event.endsWith('.checked') && factor) this.checks.inc({ factor, outcome: result });
    if (event === 'sign-in.completed' && Array.isArray(detail?.['amr']))
      this.signIns.inc({ methods: (detail['amr'] as string[]).join('+') });
  }

  /** In Prometheus' text format. What the database cannot say now is left out. */
  async text(): Promise<string> {
    const { hashes, throttle, webhooks } = this.sources;
    const { running, waiting, turnedAway } = hashes.load;
    this.hashing.set({ state: 'running' }, running);
    this.hashing.set({ state: 'waiting' }, waiting);
    // These are counted where they happen, whether or not anybody asks.
    for (const counter of [this.turnedAway, this.throttled, this.webhooks]) counter.reset();
    this.turnedAway.inc(turnedAway);
    for (const [factor, refusals] of throttle.refusals) this.throttled.inc({ factor }, refusals);
    for (const [outcome, tries] of Object.entries(webhooks.outcomes)) this.webhooks.inc({ outcome }, tries);
    await this.askDatabase();
    return this.registry.metrics();
  }

  private async askDatabase(): Promise<void> {
    const { sql, clock, isSqlite } = this.sources;
    for (const gauge of [this.waiting, this.overdue, this.records]) gauge.reset();
    try {
      for (const { queue, length, overdue } of await queues(sql, clock.now().getTime())) {
        this.waiting.set({ queue }, length);
        this.overdue.set({ queue }, overdue);
      }
      const now = performance.now();
      if (!this.counted || now - this.counted.at > COUNTS_FRESH)
        this.counted = { at: now, rows: recordCounts(sql, isSqlite) };
      for (const [table, rows] of await this.counted.rows) this.records.set({ table }, rows);
      this.databaseUp.set(1);
    } catch {
      this.counted = undefined;
      this.databaseUp.set(0);
    }
  }

  private counter<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return new Counter({ name: `gatehouse_${name}`, help, labelNames, registers: [this.registry] });
  }

  private gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name: `gatehouse_${name}`, help, labelNames, registers: [this.registry] });
  }

  private histogram<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
    const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
    return new Histogram({
      name: `gatehouse_${name}`,
      help,
      labelNames,
      buckets,
      registers: [this.registry],
    });
  }
}
