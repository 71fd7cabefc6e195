import type { INestApplicationContext } from '@nestjs/common';
import { errors, Provider } from 'oidc-provider';
import { ConfigurationMistakes, type Config } from '../config/config.js';
import { readClientsFile, type DeclaredClient } from '../clients/clients-file.js';
import { Clients } from '../clients/clients.service.js';

/**
 * Makes the database say what the clients file says. Without a file nothing is touched: an instance that merely lacks its
 * file must not take every application away from the others. A file with an empty list removes them all.
 * Everything is checked before anything is written: a mistake takes no client away from instances that run.
 * @throws ConfigurationMistakes naming each mistake with its line
 */
export async function applyClientsFile(app: INestApplicationContext, config: Config): Promise<void> {
  if (!config.clientsFile) return;
  const declared = readClientsFile(config.clientsFile, config);
  const provider = app.get(Provider);
  const mistakes = declared.clients.flatMap((client) => {
    const refusal = refusalBy(provider, client);
    return refusal ? [`${config.clientsFile}, line ${client.line}: ${refusal}.`] : [];
  });
  if (mistakes.length > 0) throw new ConfigurationMistakes(mistakes);
  await app.get(Clients).apply(declared);
}

/** The provider has rules of its own on how a client's fields go together. */
function refusalBy(provider: Provider, { id, secret, metadata }: DeclaredClient): string | undefined {
  const Client = provider.Client as unknown as new (metadata: Record<string, unknown>) => unknown;
  try {
    new Client({ ...metadata, client_id: id, ...(secret ? { client_secret: secret } : {}) });
    return undefined;
  } catch (error) {
    if (error instanceof errors.InvalidClientMetadata) return error.error_description ?? error.message;
    throw error;
  }
}
