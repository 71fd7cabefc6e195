import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { shareOf } from './tracer.js';

const ASKS = 2_000;
/** An id that a share by the id's bits would always keep, and one that it never would. */
const [ALWAYS, NEVER] = ['1'.repeat(32), `ffffffff${'0'.repeat(24)}`] as const;

function within(traceId: string, isRemote: boolean, traceFlags: number = TraceFlags.SAMPLED): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags, isRemote });
}
function keptOf(ratio: number, traceId: string, context = within(traceId, true)): number {
  const sampler = shareOf(ratio);
  const decisions = Array.from(
    { length: ASKS },
    () => sampler.shouldSample(context, traceId, 'GET', 1, {}, []).decision,
  );
  return decisions.filter((decision) => decision === SamplingDecision.RECORD_AND_SAMPLED).length;
}

describe('the share of the traces that is sent', () => {
  it.each([ALWAYS, NEVER])('is not chosen by whoever asks, with the id %s', (traceId) => {
    const kept = keptOf(0.05, traceId);
    expect(kept).toBeGreaterThan(30);
    expect(kept).toBeLessThan(200);
  });

  it('is all or nothing at its ends', () => {
    expect(keptOf(1, NEVER)).toBe(ASKS);
    expect(keptOf(0, ALWAYS)).toBe(0);
  });

  it('is one for everything within a request', () => {
    expect(keptOf(0, ALWAYS, within(ALWAYS, false))).toBe(ASKS);
    expect(keptOf(1, ALWAYS, within(ALWAYS, false, TraceFlags.NONE))).toBe(0);
  });
});
