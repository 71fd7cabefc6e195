import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SECOND } from '../kernel/clock.js';
import { Turns } from '../kernel/turns.js';
import { checkFor, guardedLookup } from './outgoing.js';

/** A set of keys or a list of addresses is a few kilobytes; what is longer is not read. */
const MOST_BYTES = 64 * 1024;
const ANSWER_WITHIN = 2.5 * SECOND;
const AT_ONCE = 20;
const WAITING = 100;
const JSON_TYPE = /^application\/([a-z0-9.!#$&^_-]+\+)?json\s*(;|$)/i;

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
    return turns.run(() => send(new URL(url instanceof Request ? url.url : url), options, internal));
  };
}

function send(url: URL, options: RequestInit, internal: boolean): Promise<Response> {
  const { method = 'GET', body, signal } = options;
  if (body != null && typeof body !== 'string' && !(body instanceof URLSearchParams))
    throw new TypeError('only texts and forms are sent');
  const text = body?.toString();
  const headers = Object.fromEntries(new Headers(options.headers));
  delete headers['user-agent'];
  if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text));
  return new Promise((answered, failed) => {
    const check = checkFor(url, internal);
    const refusal = check(url.hostname);
    if (refusal) throw refusal;
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const limits = { agent: false, signal: signal ?? AbortSignal.timeout(ANSWER_WITHIN) };
    request(url, { method, headers, lookup: guardedLookup(check), ...limits }, (response) => {
      read(response, method).then(answered, failed);
    })
      .on('error', failed)
      .end(text);
  });
}

async function read(response: IncomingMessage, method: string): Promise<Response> {
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
    if (!JSON_TYPE.test(headers['content-type'] ?? '')) throw new Error('the answer is not a JSON document');
    const chunks: Buffer[] = [];
    let received = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > MOST_BYTES) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
    return answer(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}
