import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  SamplingDecision,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import type { Step, Tracing } from '../kernel/tracing.js';

const KINDS = { client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };
/** At a stop, a collector that is gone gets this long. */
const PATIENCE = 2_000;
const EXPORT_WITHIN = 5_000;
/** W3C Trace Context, section 3.2. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/** What the rest of the program knows; passed in, so that this file, which is loaded late, shares nothing with what is not. */
export interface TracerMeans {
  readonly version: string;
  readonly routeName: (req: IncomingMessage) => string;
  readonly requestId: (req: IncomingMessage) => string;
  readonly complain: (trouble: string) => void;
}

/**
 * OpenTelemetry's spans, by hand: each name and each attribute stands in the source. Its packages are loaded with this file, and
 * nothing is patched as it is loaded (docs/decisions/0047).
 */
export class Tracer implements Tracing {
  private readonly provider: TracerProvider;
  private readonly spans: OtelTracer;
  private readonly current = new AsyncLocalStorage<Context>();

  constructor(
    settings: NonNullable<Config['tracing']>,
    private readonly means: TracerMeans,
  ) {
    const { url, headers, serviceName, ratio } = settings;
    const { version, complain } = means;
    const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_WITHIN });
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
      // Whoever asks may say to which trace it belongs, and not whether we keep it.
      sampler: shareOf(ratio),
      spanProcessors: [
        new BatchSpanProcessor({ exporter: telling(exporter, complain), scheduledDelayMillis: 1_000 }),
      ],
    });
    this.spans = this.provider.getTracer('gatehouse', version);
  }

  /** Around everything that listens to requests, whichever way they take. */
  watchRequests(server: Server): void {
    const emit = server.emit.bind(server) as (...args: unknown[]) => boolean;
    server.emit = (event: string | symbol, ...args: unknown[]): boolean =>
      event === 'request'
        ? this.request(args[0] as IncomingMessage, args[1] as ServerResponse, () => emit(event, ...args))
        : emit(event, ...args);
  }

  span<T>(
    { name, kind = 'internal', onlyWithin, attributes = {} }: Step,
    work: () => Promise<T>,
  ): Promise<T> {
    const within = this.current.getStore();
    if (!within && onlyWithin) return work();
    const span = this.spans.startSpan(name, { kind: KINDS[kind], attributes }, within ?? ROOT_CONTEXT);
    const context = trace.setSpan(within ?? ROOT_CONTEXT, span);
    return this.current.run(context, () => ended(span, work()));
  }

  past({ name, kind = 'internal', onlyWithin, attributes = {} }: Step, milliseconds: number): void {
    const within = this.current.getStore();
    if (!within && onlyWithin) return;
    const startTime = performance.timeOrigin + performance.now() - milliseconds;
    this.spans.startSpan(name, { kind: KINDS[kind], attributes, startTime }, within ?? ROOT_CONTEXT).end();
  }

  get traceId(): string | undefined {
    const within = this.current.getStore();
    return within && trace.getSpanContext(within)?.traceId;
  }

  async stop(): Promise<void> {
    await Promise.race([
      this.provider.shutdown().catch(() => undefined),
      pause(PATIENCE, undefined, { ref: false }),
    ]);
  }

  private request(req: IncomingMessage, res: ServerResponse, listen: () => boolean): boolean {
    const method = req.method ?? 'GET';
    const parent = parentOf(req);
    const span = this.spans.startSpan(method, { kind: SpanKind.SERVER }, parent);
    res.once('close', () => {
      const route = this.means.routeName(req);
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        'http.request.method': method,
        'http.route': route,
        'gatehouse.request_id': this.means.requestId(req),
        ...(res.writableFinished
          ? { 'http.response.status_code': res.statusCode }
          : { 'error.type': 'aborted' }),
      });
      if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    return this.current.run(trace.setSpan(parent, span), listen);
  }
}

async function ended<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // Its name alone: a message may carry what it was about.
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof Error ? error.constructor.name : 'error');
    throw error;
  } finally {
    span.end();
  }
}

function parentOf({ headers }: IncomingMessage): Context {
  const given = headers['traceparent'];
  const [, traceId, spanId] = (typeof given === 'string' && TRACEPARENT.exec(given)) || [];
  if (!traceId || !spanId) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** A request is kept with everything in it or not at all. By lot, and not by the trace's id: that is whoever asks to choose. */
export function shareOf(ratio: number): Sampler {
  return {
    shouldSample: (context) => {
      const within = trace.getSpanContext(context);
      const isKept =
        within && !within.isRemote ? (within.traceFlags & TraceFlags.SAMPLED) !== 0 : Math.random() < ratio;
      return { decision: isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    },
    toString: () => `a share of ${ratio}`,
  };
}

/** A collector that is gone is told of once, and once more when it is back. */
function telling(exporter: SpanExporter, tell: (trouble: string) => void): SpanExporter {
  let inTrouble = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !inTrouble) tell('the collector of traces takes none; nobody waits for it');
        if (!failed && inTrouble) tell('the collector of traces takes them again');
        inTrouble = failed;
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
