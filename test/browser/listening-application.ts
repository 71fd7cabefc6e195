import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Application, type Tokens } from '../support/application.js';
import { CLIENTS, type TestServer } from '../support/server.js';

type ClientId = ConstructorParameters<typeof Application>[1];

/** Where the applications' callbacks arrive: a little server that keeps what the browser brings. */
export class Callbacks {
  private last: URL | undefined;
  private readonly server = createServer((req, res) => {
    if (req.url?.includes('/callback')) this.last = new URL(req.url, this.origin);
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end('<!doctype html><html lang="en"><title>Application</title><h1>Back at the application</h1>');
  });

  static async listen(): Promise<Callbacks> {
    const callbacks = new Callbacks();
    await new Promise<void>((listening) => callbacks.server.listen(0, 'localhost', listening));
    return callbacks;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** The tests' clients file, with callbacks that are really listened for. */
  get clients(): string {
    return CLIENTS.replaceAll('http://localhost:9/', `${this.origin}/`);
  }

  /** What the browser was sent back with; each answer is read once. */
  take(): URLSearchParams {
    const answer = this.last;
    if (!answer) throw new Error('the browser was not sent back to the application');
    this.last = undefined;
    return answer.searchParams;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(() => closed()));
  }
}

/** A relying application that a real browser can be sent back to. */
export class ListeningApplication extends Application {
  constructor(
    server: TestServer,
    clientId: ClientId,
    private readonly callbacks: Callbacks,
  ) {
    super(server, clientId);
  }

  override get redirectUri(): string {
    return `${this.callbacks.origin}/${this.clientId}/callback`;
  }

  /** The answer of the sign-in that just ended. */
  answer(): URLSearchParams {
    return this.callbacks.take();
  }

  async tokens(): Promise<Tokens> {
    return this.redeem(this.answer().get('code') ?? '');
  }
}
