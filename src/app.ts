import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Provider } from 'oidc-provider';
import type { Request, Response } from 'express';
import { join } from 'node:path';
import { AppModule } from './app.module.js';
import { ClientsFile } from './admin/clients-file.service.js';
import { Audit } from './audit/audit.service.js';
import { answerUnreadable } from './http/unreadable.js';
import type { Config } from './config/config.js';
import { projectRoot } from './config/root.js';
import { believeCertificates } from './http/client-certificate.js';
import { BrowserIds } from './http/browser-id.js';
import { createLogger } from './http/logger.js';
import { logRequest, watchRequests } from './http/watch-requests.js';
import { ErrorFilter } from './http/error.filter.js';
import { frontDoor } from './http/front-door.js';
import { readUpload } from './http/upload.js';
import { securityHeaders } from './http/security-headers.js';
import { keepForAYear, stylesheet } from './http/stylesheet.js';
import { noteVisitor } from './http/visitor.js';
import { Clock } from './kernel/clock.js';
import { InteractionTokens } from './oidc/interaction-tokens.js';
import { mountProvider, providerHandler } from './oidc/mount.js';
import { leadProgramsStraight, type ExpressPrototypes } from './oidc/program-endpoints.js';
import { PublicDocuments } from './oidc/records/public-documents.js';
import { RecordStore } from './oidc/records/record.store.js';
import { ClientRefusals } from './clients/client-refusals.service.js';
import { Registrations } from './oidc/registration/registrations.service.js';
import { SessionEndings } from './oidc/sessions/session-endings.service.js';
import { SessionList } from './oidc/sessions/session-list.service.js';

/** A form of ours is a few hundred bytes; what is larger is refused before it is read whole. */
const BODY_LIMIT = '64kb';

/** The whole server, ready to listen. The order of these lines is the order in which a request meets them. */
export async function createApp(config: Config, clock?: Clock): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, clock), {
    bodyParser: false,
    abortOnError: false,
    logger: createLogger(config),
  });
  app.enableShutdownHooks();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustedProxyHops);
  app.set('query parser', 'simple');

  const provider = app.get(Provider);
  const first = [noteVisitor, securityHeaders(config), frontDoor(config), believeCertificates(config)];
  for (const each of first) app.use(each);
  app.use(app.get(BrowserIds).middleware);
  const assets = join(projectRoot, 'public');
  app.use('/assets/app.css', stylesheet(join(assets, 'app.css')));
  app.useStaticAssets(assets, { prefix: '/assets', index: false, setHeaders: keepForAYear });
  // Before everything that refuses cross-site posts or reads bodies: applications post to the token endpoint.
  const answer = providerHandler({
    provider,
    records: app.get(RecordStore),
    audit: app.get(Audit),
    endings: app.get(SessionEndings),
    sessions: app.get(SessionList),
    clock: app.get(Clock),
    registrations: app.get(Registrations),
    refusals: app.get(ClientRefusals),
  });
  app.use(mountProvider(answer, app.get(InteractionTokens)));
  app.enableCsrfProtection();
  app.useBodyParser('urlencoded', { extended: false, limit: BODY_LIMIT });
  app.use(readUpload());
  app.use(app.get(BrowserIds).checkFormToken);

  const server = app.getHttpServer();
  const express = app.getHttpAdapter().getInstance() as ExpressPrototypes;
  const fail = (error: unknown, req: Request, res: Response) => app.get(ErrorFilter).answer(error, req, res);
  leadProgramsStraight(server, config, { express, first, answer, fail });
  new PublicDocuments(provider, config).standBefore(server);
  server.on('clientError', answerUnreadable);
  if (config.logLevel === 'debug') watchRequests(server, logRequest());

  await app.get(ClientsFile).apply('start');
  return app;
}
