import { describe, expect, it } from '@jest/globals';
import { TRACING, tracingOf } from './settings.tracing.js';

const parsed = (name: keyof typeof TRACING, value: string) => TRACING[name].parse(value);

describe('the settings for traces', () => {
  it('are off without a collector', () => {
    expect(tracingOf({ OTEL_SERVICE_NAME: 'gatehouse', OTEL_TRACES_SAMPLER_ARG: 1 })).toBeUndefined();
  });

  it.each([
    ['http://collector:4318', 'http://collector:4318/v1/traces'],
    ['https://collector.example/otlp/', 'https://collector.example/otlp/v1/traces'],
  ])('lead from %s to %s', (endpoint, url) => {
    expect(tracingOf({ OTEL_EXPORTER_OTLP_ENDPOINT: new URL(endpoint) })).toMatchObject({ url, headers: {} });
  });

  it('read headers as OpenTelemetry writes them', () => {
    expect(parsed('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20a, x-org = b')).toEqual({
      authorization: 'Bearer a',
      'x-org': 'b',
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://a:b@collector'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector?x'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'all'],
  ] as const)('refuse %s=%s', (name, value) => {
    expect(() => parsed(name, value)).toThrow();
  });
});
