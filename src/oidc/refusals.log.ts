import { Logger } from '@nestjs/common';
import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';

/** What an operator needs to mend a client's settings; JSON, so that nothing typed by anyone can break a log line. */
export function logRefusals(provider: Provider): void {
  const logger = new Logger('Oidc');
  provider.on('authorization.error', (ctx: KoaContextWithOIDC, error: Error) => {
    const { client, params } = ctx.oidc;
    if (error instanceof errors.InvalidRedirectUri) {
      const got = params?.['redirect_uri'];
      logger.warn(
        `redirect_uri refused ${JSON.stringify({ client_id: client?.clientId, got, registered: client?.redirectUris })}`,
      );
    } else {
      logger.warn(
        `authorization refused ${JSON.stringify({ client_id: params?.['client_id'], ...describe(error) })}`,
      );
    }
  });
  const emitter: EventEmitter = provider;
  for (const endpoint of [
    'grant.error',
    'pushed_authorization_request.error',
    'userinfo.error',
    'introspection.error',
    'revocation.error',
    'end_session.error',
    'device_authorization.error',
    'code_verification.error',
    'device_resume.error',
    'backchannel_authentication.error',
    'registration_create.error',
    'registration_update.error',
  ]) {
    emitter.on(endpoint, (ctx: KoaContextWithOIDC, error: Error) => {
      // Asked every few seconds until somebody answers.
      if (error instanceof errors.AuthorizationPending) return;
      logger.warn(
        `${endpoint} ${JSON.stringify({ client_id: ctx.oidc?.client?.clientId, ...describe(error) })}`,
      );
    });
  }
}

function describe(error: Error): Record<string, unknown> {
  const {
    error: code,
    error_description: description,
    error_detail: detail,
  } = error as Error & Record<string, unknown>;
  return { error: code ?? error.message, description, detail };
}
