import { stringify } from 'yaml';
import type { Application, Setting } from './application.js';
import { clientAt, valuesFor } from './values.js';

/** What connects an application that is not declared yet: the entry for the clients file, and its own settings. */
export interface FirstClient {
  readonly entry: string;
  readonly settings: readonly Setting[];
}

/** @param app the application's address, without a slash at its end @param secret stands in both, and nowhere else */
export function firstClient(
  issuer: string,
  application: Application,
  app: string,
  secret: string,
): FirstClient {
  const metadata = clientAt(application, app, { client_secret: secret });
  const values = { ...valuesFor(issuer, application.id, application, metadata), secret };
  return {
    entry: stringify({ clients: [metadata] }, { lineWidth: 0 }),
    settings: application.settings(values),
  };
}
