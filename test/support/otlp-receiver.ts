import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly milliseconds: number;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** One field of a protobuf message: a number, or the bytes of a text or of a message inside. */
type Field = readonly [number, bigint | Buffer];

/** A collector of traces, which reads OTLP's protobuf by hand. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly resources: Record<string, string | number>[] = [];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  /** Everything that arrived, as it came. */
  raw = '';
  port = 0;
  private server: Server | undefined;

  async up(port = 0): Promise<this> {
    this.server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks);
        this.requests.push({ path: req.url!, headers: req.headers });
        this.raw += body.toString('latin1');
        this.take(body);
        res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    await new Promise<void>((listening) => this.server!.listen(port, '127.0.0.1', listening));
    this.port = (this.server.address() as { port: number }).port;
    return this;
  }

  async down(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => (this.server ? this.server.close(closed) : closed(undefined)));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async until(arrived: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]> {
    for (let waited = 0; !arrived(this.spans); waited += 50) {
      if (waited > 8_000) throw new Error(`not among ${this.spans.map(({ name }) => name).join(', ')}`);
      await pause(50);
    }
    return this.spans;
  }

  /** ExportTraceServiceRequest, opentelemetry/proto/trace/v1/trace.proto. */
  private take(body: Buffer): void {
    for (const resourceSpans of messages(body, 1)) {
      for (const resource of messages(resourceSpans, 1)) this.resources.push(attributes(resource, 1));
      for (const scopeSpans of messages(resourceSpans, 2))
        for (const span of messages(scopeSpans, 2)) this.spans.push(spanOf(span));
    }
  }
}

function spanOf(span: Buffer): ReceivedSpan {
  const one = (number: number) => messages(span, number)[0] ?? Buffer.alloc(0);
  const time = (number: number) => {
    const [, value] = fields(span).find(([field]) => field === number)!;
    return value as bigint;
  };
  return {
    traceId: one(1).toString('hex'),
    spanId: one(2).toString('hex'),
    parentSpanId: one(4).toString('hex'),
    name: one(5).toString(),
    milliseconds: Number(time(8) - time(7)) / 1_000_000,
    attributes: attributes(span, 9),
  };
}

function attributes(message: Buffer, number: number): Record<string, string | number> {
  const pairs = messages(message, number).map((pair) => {
    const [key, value] = [messages(pair, 1)[0]!.toString(), fields(messages(pair, 2)[0]!)[0]!];
    return [key, typeof value[1] === 'bigint' ? Number(value[1]) : value[1].toString()] as const;
  });
  return Object.fromEntries(pairs);
}

function messages(message: Buffer, number: number): Buffer[] {
  return fields(message).flatMap(([field, value]) => (field === number ? [value as Buffer] : []));
}

function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    if (wire === 0) found.push([tag >> 3, varint()]);
    else if (wire === 1) found.push([tag >> 3, message.readBigUInt64LE((at += 8) - 8)]);
    else if (wire === 5) found.push([tag >> 3, BigInt(message.readUInt32LE((at += 4) - 4))]);
    else {
      const length = Number(varint());
      found.push([tag >> 3, message.subarray(at, (at += length))]);
    }
  }
  return found;
}
