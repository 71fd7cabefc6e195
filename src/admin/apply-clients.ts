import type { INestApplicationContext } from '@nestjs/common';
import { Provider } from 'oidc-provider';
import { ConfigurationMistakes, type Config } from '../config/config.js';
import { readClientsFile } from '../oidc/clients-file.js';
import { Clients } from '../oidc/clients.service.js';

/**
 * Makes the database say what the clients file says. Without a file there are no clients but the built-in ones.
 * @throws ConfigurationMistakes naming each mistake with its line
 */
export async function applyClientsFile(app: INestApplicationContext, config: Config): Promise<void> {
  const declared = config.clientsFile ? readClientsFile(config.clientsFile) : [];
  await app.get(Clients).apply(declared);

  const mistakes: string[] = [];
  for (const { id, line } of declared) {
    // The provider has rules of its own on how fields go together.
    await app
      .get(Provider)
      .Client.find(id)
      .catch((error: Error & { error_description?: string }) => {
        mistakes.push(`${config.clientsFile}, line ${line}: ${error.error_description ?? error.message}.`);
      });
  }
  if (mistakes.length > 0) throw new ConfigurationMistakes(mistakes);
}
