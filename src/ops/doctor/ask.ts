import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { SECOND, type Clock } from '../../kernel/clock.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** When the certificate of an https server expires, in epoch milliseconds. */
  readonly certificateUntil: number | undefined;
  /** This end of the connection. */
  readonly localPort: number;
  /** When it was asked, by the clock here: the middle between question and answer. */
  readonly askedAt: number;
}

export type Ask = (url: string, headers?: Record<string, string>) => Promise<Answer>;

const PATIENCE = 5 * SECOND;
const MOST_BYTES = 256 * 1024;

/** Asks as a stranger from outside would: no cookie, no redirect followed, every question over a connection of its own. */
export function asker(clock: Clock): Ask {
  return (url, headers = {}) =>
    new Promise((resolve, reject) => {
      const before = clock.now().getTime();
      const options = {
        agent: false,
        headers: { Accept: 'text/html, */*', ...headers },
        signal: AbortSignal.timeout(PATIENCE),
      };
      const request = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
      request(url, options, (response) => {
        const { localPort = 0 } = response.socket;
        const certificateUntil = expiry(response);
        const askedAt = (before + clock.now().getTime()) / 2;
        read(response).then((body) => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body, certificateUntil, localPort, askedAt });
        }, reject);
      })
        .on('error', reject)
        .end();
    });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > MOST_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function expiry({ socket }: IncomingMessage): number | undefined {
  const { valid_to: until } = (socket as Partial<TLSSocket>).getPeerCertificate?.() ?? {};
  return until ? Date.parse(until) : undefined;
}
