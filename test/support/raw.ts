import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestServer } from './server.js';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  /** The Set-Cookie headers, whole. */
  readonly cookies: string[];
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

/** One request exactly as it is written, to the port itself: no path is tidied, no header refused, nothing followed. */
export function send(
  server: TestServer,
  target: string,
  { method = 'GET', headers = {}, body }: RawRequest = {},
): Promise<Answer> {
  const { port } = server.app.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path: target, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { 'set-cookie': cookies = [], ...rest } = response.headers;
          resolve({
            status: response.statusCode!,
            headers: rest as Record<string, string>,
            cookies,
            text: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
