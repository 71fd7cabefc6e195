import type { Application } from '../applications/application.js';
import { APPLICATIONS } from '../applications/catalogue.js';
import type { ClientOrigin } from '../clients/client.entity.js';
import { clientPage } from '../applications/page.js';
import { at, type Metadata } from '../applications/values.js';
import type { Outcome } from './commands/outcome.js';

interface DeclaredBy {
  readonly origin: ClientOrigin;
  readonly metadata: Metadata;
}

/**
 * Settings to paste, with a client's own values. Only for clients that an operator has declared: what an application has
 * registered by itself was chosen by a stranger, and is nothing to paste into a shell.
 * @param declared undefined: nobody has
 */
export function clientSettings(
  issuer: string,
  clientId: string,
  declared: DeclaredBy | undefined,
  applicationId: string | undefined,
): Outcome {
  if (!declared)
    return {
      done: false,
      message: `no client ${JSON.stringify(clientId)} is declared: neither in the clients file that was applied nor on the operators’ pages`,
    };
  const { metadata, origin } = declared;
  if (applicationId === undefined) return { done: true, message: list(clientId, metadata) };
  const application = APPLICATIONS.find(({ id }) => id === applicationId);
  if (!application)
    return {
      done: false,
      message: `there are no settings for ${JSON.stringify(applicationId)}; there are: ${APPLICATIONS.map(({ id }) => id).join(', ')}`,
    };
  return { done: true, message: clientPage(issuer, clientId, application, metadata, origin === 'file') };
}

function list(clientId: string, metadata: Metadata): string {
  const likely = APPLICATIONS.filter((application) => comesBackLike(application, metadata));
  return [
    `gatehouse client-settings ${clientId} <application>`,
    ...(likely.length > 0 ? ['', 'By its redirect_uris it is one of these:', ...likely.map(line)] : []),
    '',
    'There are:',
    ...APPLICATIONS.map(line),
  ].join('\n');
}

function line({ id, name }: Application): string {
  return `  ${id.padEnd(18)} ${name}`;
}

/** Does the client have a redirect URI as this application has it? Libraries, and one without a path, tell nothing. */
export function comesBackLike({ kind, client }: Application, metadata: Metadata): boolean {
  if (kind === 'library') return false;
  const path = at('', client.redirectUris[0]!);
  return path !== '' && ((metadata['redirect_uris'] ?? []) as string[]).some((uri) => uri.endsWith(path));
}
