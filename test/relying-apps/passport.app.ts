import express, { type NextFunction, type Request, type Response } from 'express';
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Passport } from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';

export interface Registration {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An Express application that listens and signs its people in with passport-openidconnect, as its manual shows. */
export class PassportApp {
  private server: Server;
  private readonly sessions = new Map<string, object>();

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  get callback(): string {
    return `${this.origin}/callback`;
  }

  /** Takes a port, so that the redirect address is known before the client is registered. */
  async listen(): Promise<void> {
    const app = express().use((req, res, next) => this.handle(req, res, next));
    this.server = app.listen(0, 'localhost');
    await new Promise((resolve) => this.server.once('listening', resolve));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private handle: (req: Request, res: Response, next: NextFunction) => void = (_req, res) => {
    res.status(503).end();
  };

  connect({ issuer, clientId, clientSecret }: Registration): void {
    const passport = new Passport();
    const strategy = new OpenIDConnectStrategy(
      {
        issuer,
        authorizationURL: `${issuer}/oidc/auth`,
        tokenURL: `${issuer}/oidc/token`,
        userInfoURL: `${issuer}/oidc/userinfo`,
        clientID: clientId,
        clientSecret,
        callbackURL: this.callback,
        scope: ['profile', 'email'],
        nonce: true,
      },
      (iss, userinfo, idProfile, context, _idToken, _accessToken, _refreshToken, _params, done) =>
        done(null, { iss, id: idProfile.id, userinfo, ...context }),
    );
    const authenticate = passport.authenticate(strategy, { session: false }) as express.RequestHandler;
    this.handle = express
      .Router()
      .use((req, res, next) => this.session(req, res, next))
      .get('/sign-in', authenticate)
      .get('/callback', authenticate, (req, res) => void res.json(req.user))
      .use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
        res.status(500).json({ error: (error as Error & { code?: string }).code ?? error.message });
      });
  }

  /** The library keeps state and nonce in `req.session`. */
  private session(req: Request, res: Response, next: NextFunction): void {
    let id = /app_session=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
    if (!id || !this.sessions.has(id)) {
      id = randomBytes(16).toString('hex');
      this.sessions.set(id, {});
      res.cookie('app_session', id, { httpOnly: true, sameSite: 'lax' });
    }
    Object.assign(req, { session: this.sessions.get(id) });
    next();
  }
}
