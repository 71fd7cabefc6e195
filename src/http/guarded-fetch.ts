import type { IncomingMessage } from 'node:http';
import { SECOND } from '../kernel/clock.js';
import { traced } from '../kernel/tracing.js';
import { Turns } from '../kernel/turns.js';
import { guardedRequest, outgoingStep } from './outgoing.js';

/** What is read of an answer, and what is not read further. */
interface Expected {
  readonly what: string;
  readonly type: RegExp;
  readonly mostBytes: number;
}

/** A set of keys or a list of addresses is a few kilobytes. */
const DOCUMENT: Expected = {
  what: 'a JSON document',
  type: /^application\/([a-z0-9.!#$&^_-]+\+)?json\s*(;|$)/i,
  mostBytes: 64 * 1024,
};
const PICTURE: Expected = {
  what: 'a PNG, JPEG, WebP or GIF',
  type: /^image\/(png|jpeg|webp|gif)\s*(;|$)/i,
  mostBytes: 512 * 1024,
};
const ANSWER_WITHIN = 2.5 * SECOND;
const AT_ONCE = 20;
const WAITING = 100;
const PICTURES_AT_ONCE = 4;

export interface FetchRules {
  /** Whether documents may be read from internal addresses: the operator's word. */
  readonly documents: boolean;
  /** Whether applications may be told something (a POST) at internal addresses. */
  readonly notices: boolean;
}

/**
 * What the provider fetches with: a `fetch` whose addresses somebody else has chosen. The library brings a guard of its
 * own as `options.dispatcher`; this one replaces it and is stricter: it looks before it connects, follows no redirect,
 * keeps no connection, reads a bounded JSON document and nothing else, and runs a bounded number of times at once.
 */
export function guardedFetch(rules: FetchRules) {
  const turns = new Turns(AT_ONCE, WAITING);
  return (url: string | URL | Request, options: RequestInit = {}): Promise<Response> => {
    const internal = (options.method ?? 'GET') === 'GET' ? rules.documents : rules.notices;
    return turns.run(() =>
      send(new URL(url instanceof Request ? url.url : url), options, internal, DOCUMENT),
    );
  };
}

/** Reads pictures from addresses that somebody else has chosen, behind the same guard. @throws what kept it from that */
export function guardedPictures(internal: boolean) {
  const turns = new Turns(PICTURES_AT_ONCE, WAITING);
  return async (url: string): Promise<Buffer> => {
    // It counts from here: who waits for a turn has less of it left.
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    const headers = { Accept: 'image/png, image/jpeg, image/webp, image/gif' };
    const response = await turns.run(() => send(new URL(url), { headers, signal }, internal, PICTURE));
    if (response.status !== 200) throw new Error(`the answer is ${response.status}, not 200`);
    return Buffer.from(await response.arrayBuffer());
  };
}

function send(url: URL, options: RequestInit, internal: boolean, expected: Expected): Promise<Response> {
  const { method = 'GET', body, signal } = options;
  if (body != null && typeof body !== 'string' && !(body instanceof URLSearchParams))
    throw new TypeError('only texts and forms are sent');
  const text = body?.toString();
  const headers = Object.fromEntries(new Headers(options.headers));
  delete headers['user-agent'];
  if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text));
  return traced(
    outgoingStep(method, url),
    () =>
      new Promise((answered, failed) => {
        const limits = { agent: false, signal: signal ?? AbortSignal.timeout(ANSWER_WITHIN) };
        guardedRequest(url, internal, { method, headers, ...limits }, (response) => {
          read(response, method, expected).then(answered, failed);
        })
          .on('error', failed)
          .end(text);
      }),
  );
}

async function read(
  response: IncomingMessage,
  method: string,
  { what, type, mostBytes }: Expected,
): Promise<Response> {
  const { statusCode: status = 0, headers } = response;
  const answer = (body: Buffer | null) =>
    new Response(body && new Uint8Array(body), {
      status,
      headers: Object.entries(headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      ),
    });
  if (method !== 'GET' || status !== 200) {
    response.destroy();
    return answer(null);
  }
  try {
    if (!type.test(headers['content-type'] ?? '')) throw new Error(`the answer is not ${what}`);
    const chunks: Buffer[] = [];
    let received = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > mostBytes) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
    return answer(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}
