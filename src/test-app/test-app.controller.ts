import { Controller, Get, Logger, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Cookies } from '../http/cookies.js';
import { Languages } from '../http/language.js';
import { Pages } from '../http/pages.js';
import { PageError } from '../kernel/errors.js';
import { MINUTE } from '../kernel/clock.js';
import { CannotOpen, Secrets } from '../kernel/secrets.js';
import { ACR } from '../mfa/assurance.js';
import { SCOPE_CLAIMS } from '../oidc/claims/claims.js';
import { TestAppClient, type Outcome, type Transaction } from './test-app.client.js';

const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'groups', 'offline_access'];
const ASKED_AT_FIRST = ['openid', 'profile', 'email'];
const COOKIE = 'test_app';

/** A sign-in seen from an application's side: asks, comes back, and shows every claim with the scope that gave it. */
@Controller('test-app')
export class TestAppController {
  private readonly logger = new Logger('TestApp');

  constructor(
    private readonly config: Config,
    private readonly client: TestAppClient,
    private readonly cookies: Cookies,
    private readonly secrets: Secrets,
    private readonly pages: Pages,
    private readonly languages: Languages,
  ) {}

  @Public()
  @Get()
  ask(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'test-app/start', {
      action: `${this.config.basePath}/test-app/sign-in`,
      scopes: SCOPES.map((name) => ({ name, checked: ASKED_AT_FIRST.includes(name) })),
    });
  }

  @Public()
  @Get('sign-in')
  async signIn(@Req() req: Request, @Res() res: Response): Promise<void> {
    const wanted = [req.query['scope'] ?? []].flat();
    const scope = SCOPES.filter((name) => name === 'openid' || wanted.includes(name)).join(' ');
    const { url, transaction } = await this.client.begin(scope, {
      ...(req.query['acr'] === '2fa' ? { acr_values: ACR[2] } : {}),
      ...(req.query['prompt'] === 'login' ? { prompt: 'login' } : {}),
    });
    this.cookies.write(res, COOKIE, this.secrets.seal(JSON.stringify(transaction), COOKIE), 60 * MINUTE);
    res.redirect(303, url.href);
  }

  @Public()
  @Get('callback')
  async callback(@Req() req: Request, @Res() res: Response, @Query('error') error: unknown): Promise<void> {
    const transaction = this.transaction(req);
    this.cookies.clear(res, COOKIE);
    if (error === 'access_denied') throw new PageError('test-app-refused', 200, { retryPath: '/test-app' });
    if (!transaction) throw new PageError('test-app-again', 400, { retryPath: '/test-app' });
    const outcome = await this.complete(req, transaction);
    this.pages.show(req, res, 'test-app/result', {
      subject: outcome.idToken['sub'],
      claims: explainedClaims(outcome, transaction.scope.split(' ')).map((claim) => ({
        ...claim,
        meaning: this.languages.has(`claim.${claim.name}`) ? `claim.${claim.name}` : 'claim.of-the-house',
      })),
      idToken: { header: { alg: outcome.alg } },
      tokens: { accessToken: outcome.hasAccessToken, refreshToken: outcome.hasRefreshToken },
      startUrl: `${this.config.basePath}/test-app`,
      signOutUrl: await this.client.signOutUrl(outcome.rawIdToken),
      self: '/test-app',
    });
  }

  private async complete(req: Request, transaction: Transaction): Promise<Outcome> {
    try {
      return await this.client.complete(new URL(this.config.origin + req.originalUrl), transaction);
    } catch (cause) {
      this.logger.warn(`the sign-in could not be completed: ${JSON.stringify((cause as Error).message)}`);
      throw new PageError('test-app-again', 400, { retryPath: '/test-app', cause });
    }
  }

  private transaction(req: Request): Transaction | undefined {
    try {
      return JSON.parse(this.secrets.open(this.cookies.read(req, COOKIE) ?? '', COOKIE)) as Transaction;
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }
}

/** Each claim once, with the scope that produced it; what no scope asks for comes with every ID token. */
function explainedClaims({ idToken, userinfo }: Outcome, scopes: string[]) {
  return Object.entries({ ...userinfo, ...idToken }).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    scope: scopes.find((scope) => SCOPE_CLAIMS[scope]?.includes(name)) ?? 'openid',
    source: [name in idToken ? 'id_token' : '', name in userinfo ? 'userinfo' : '']
      .filter(Boolean)
      .join(', '),
  }));
}
