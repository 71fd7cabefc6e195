import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { projectRoot } from '../../src/config/root.js';

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** A web server on the loopback interface, with a certificate that this process trusts while it runs. */
export class DocumentHost {
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly trusted = getCACertificates('default');

  private constructor(private readonly server: Server) {}

  static async start(): Promise<DocumentHost> {
    const pem = readFileSync(join(projectRoot, 'test/support/mail-server.pem'), 'utf8');
    const host = new DocumentHost(createServer({ key: pem, cert: pem }));
    setDefaultCACertificates([...host.trusted, pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))]);
    host.server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      host.asked.push(req.url!);
      const answer = host.answers.get(req.url!);
      if (answer) answer(req, res);
      else res.writeHead(404).end();
    });
    await new Promise<void>((listening) => host.server.listen(0, '127.0.0.1', listening));
    return host;
  }

  get origin(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @returns the document's address */
  serve(path: string, document: unknown, type = 'application/json'): string {
    return this.answer(path, (_req, res) => {
      const body = typeof document === 'string' ? document : JSON.stringify(document);
      res.writeHead(200, { 'Content-Type': type }).end(body);
    });
  }

  answer(path: string, answer: Answer): string {
    this.answers.set(path, answer);
    return this.origin + path;
  }

  stop(): void {
    setDefaultCACertificates(this.trusted);
    this.server.closeAllConnections();
    this.server.close();
  }
}
