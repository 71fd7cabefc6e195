import type { Config } from './config.js';
import { BadSetting, oneOf, text, type Parse } from './parsers.js';
import { setting } from './setting.js';

const endpoint: Parse<URL> = (value) => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new BadSetting('write an http(s) URL, for example http://collector:4318');
  const url = new URL(value);
  if (url.username || url.password || url.search || url.hash)
    throw new BadSetting(
      'leave out user name, password, ? and #: what the collector asks for goes into the headers',
    );
  return url;
};

/** `name=value,name=value`, the values percent-encoded (W3C Baggage, as OpenTelemetry has it). */
const headers: Parse<Record<string, string>> = (value) => {
  try {
    return Object.fromEntries(
      value.split(',').map((pair) => {
        const [, name, content] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*([\x21-\x7e ]*?)\s*$/.exec(pair)!;
        return [name!, decodeURIComponent(content!)];
      }),
    );
  } catch {
    throw new BadSetting('write name=value, several separated by commas, the values percent-encoded');
  }
};

const ratio: Parse<number> = (value) => {
  const number = /^(0(\.\d+)?|1(\.0+)?)$/.test(value) ? Number(value) : NaN;
  if (Number.isNaN(number)) throw new BadSetting('write a number from 0 to 1');
  return number;
};

/** The settings for traces; their names are OpenTelemetry's. */
export const TRACING = {
  OTEL_EXPORTER_OTLP_ENDPOINT: setting({
    parse: endpoint,
    initialText: 'none: off',
    description:
      'Where traces are sent, by OTLP over HTTP: the address of the collector, to which `/v1/traces` is added; see [operators](operators.md#traces). Nothing in them is about a person.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: setting({
    parse: headers,
    initialText: 'none',
    secret: true,
    description:
      'What the collector wants to be told with them: `authorization=Bearer%20…`, several separated by commas.',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting({
    parse: oneOf('http/protobuf'),
    initial: 'http/protobuf',
    description: 'How the collector is spoken to. There is one way.',
  }),
  OTEL_SERVICE_NAME: setting({
    parse: text,
    initial: 'gatehouse',
    description: 'What this service is called in traces.',
  }),
  OTEL_TRACES_SAMPLER_ARG: setting({
    parse: ratio,
    initial: '1',
    description:
      'The share of the traces that is sent, from 0 to 1. A caller cannot choose whether its own is.',
  }),
};

interface Values {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: URL | undefined;
  readonly OTEL_EXPORTER_OTLP_HEADERS?: Record<string, string> | undefined;
  readonly OTEL_SERVICE_NAME?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG?: number | undefined;
}

export function tracingOf(values: Values): Config['tracing'] {
  const endpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return undefined;
  return {
    url: `${endpoint.href.replace(/\/$/, '')}/v1/traces`,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: values.OTEL_SERVICE_NAME!,
    ratio: values.OTEL_TRACES_SAMPLER_ARG!,
  };
}
