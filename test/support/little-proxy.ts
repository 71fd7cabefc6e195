import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { projectRoot } from '../../src/config/root.js';

type Headers = IncomingHttpHeaders;

/** What a proxy does to what it passes on; what is left out it leaves as it is. */
export interface Manners {
  readonly path?: (path: string) => string;
  readonly headers?: (headers: Headers) => Headers;
  readonly answer?: (headers: Headers) => Headers;
  /** Answers itself instead. */
  readonly instead?: (path: string) => { status: number; headers?: Headers; body?: string } | undefined;
}

const pem = (name: string) => readFileSync(join(projectRoot, 'test/support', name), 'utf8');
const [key, current] = pem('mail-server.pem').split(/(?=-----BEGIN CERTIFICATE)/) as [string, string];
const CERTIFICATES = { current, expired: pem('expired-server.pem') };

/** A reverse proxy whose manners can be changed while it runs; plain, or with a certificate for localhost. */
export class LittleProxy {
  manners: Manners = {};

  private constructor(private readonly server: Server) {}

  static async start(
    port: number,
    target: number,
    certificate?: keyof typeof CERTIFICATES,
  ): Promise<LittleProxy> {
    const pass: RequestListener = (incoming, outgoing) => {
      const { path, headers, answer, instead } = proxy.manners;
      const own = instead?.(incoming.url!);
      if (own) return void outgoing.writeHead(own.status, own.headers).end(own.body);
      const onward = request(
        {
          host: '127.0.0.1',
          port: target,
          path: path?.(incoming.url!) ?? incoming.url,
          method: incoming.method,
          headers: headers?.({ ...incoming.headers }) ?? incoming.headers,
        },
        (response) => {
          outgoing.writeHead(response.statusCode!, answer?.({ ...response.headers }) ?? response.headers);
          response.pipe(outgoing);
        },
      );
      onward.on('error', () => void outgoing.writeHead(502).end());
      incoming.pipe(onward);
    };
    const server = certificate
      ? createTlsServer({ key, cert: CERTIFICATES[certificate] }, pass)
      : createServer(pass);
    const proxy = new LittleProxy(server);
    await new Promise<void>((resolve) => void server.listen(port, resolve));
    return proxy;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** As every proxy should: the address it was asked from comes last. */
export const appending = (headers: Headers): Headers => ({
  ...headers,
  'x-forwarded-for': [headers['x-forwarded-for'], '127.0.0.1'].filter(Boolean).join(', '),
});

/** Lets this process believe both certificates, as far as their dates go. */
export function trustProxies(): () => void {
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, ...Object.values(CERTIFICATES)]);
  return () => setDefaultCACertificates(usual);
}
