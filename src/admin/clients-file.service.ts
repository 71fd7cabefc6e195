import { Injectable } from '@nestjs/common';
import { errors, Provider } from 'oidc-provider';
import { Audit } from '../audit/audit.service.js';
import { readClientsFile, type DeclaredClient, type DeclaredFile } from '../clients/clients-file.js';
import { Clients } from '../clients/clients.service.js';
import { plan, type Change } from '../clients/plan.js';
import { ClientRemoval } from '../oidc/sessions/client-removal.service.js';
import { DeclaredScopes } from '../oidc/claims/declared-scopes.js';
import { Config, ConfigurationMistakes } from '../config/config.js';

/** What the operator's clients file does to the database: at the start, and from the shell while servers run. */
@Injectable()
export class ClientsFile {
  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly clients: Clients,
    private readonly scopes: DeclaredScopes,
    private readonly removal: ClientRemoval,
    private readonly audit: Audit,
  ) {}

  /**
   * What applying it would change.
   * @returns undefined where there is no file
   * @throws ConfigurationMistakes naming each mistake with its line
   */
  async plan(): Promise<Change[] | undefined> {
    const declared = this.read();
    return declared && plan(await this.clients.stored(), declared);
  }

  /**
   * Makes the database say what the file says; servers that run know it at their next request. Without a file nothing is
   * touched: an instance that merely lacks its file must not take every application away from the others. A file with an
   * empty list removes them all. Everything is checked before anything is written. What a client holds that is declared no
   * longer ends.
   * @returns what was changed; undefined where there is no file
   * @throws ConfigurationMistakes naming each mistake with its line
   */
  async apply(by: 'start' | 'shell'): Promise<Change[] | undefined> {
    const declared = this.read();
    if (!declared) return undefined;
    const gone = removedBy(plan(await this.clients.stored(), declared));
    const { people, done: changes } = await this.removal.around(gone, () => this.clients.apply(declared));
    if (changes.length > 0) {
      const names = changes.map(({ section, name, action }) => `${action} ${section} ${name}`);
      await this.audit.record('clients.applied', { detail: { by, changes: names, people } });
    }
    return changes;
  }

  private read(): DeclaredFile | undefined {
    const file = this.config.clientsFile;
    if (!file) return undefined;
    const declared = readClientsFile(file, this.config);
    this.scopes.willBe(declared.declarations);
    const mistakes = declared.clients.flatMap((client) => {
      const refusal = this.refusalOf(client);
      return refusal ? [`${file}, line ${client.line}: ${refusal}.`] : [];
    });
    if (mistakes.length > 0) throw new ConfigurationMistakes(mistakes);
    return declared;
  }

  /** The provider has rules of its own on how a client's fields go together. */
  private refusalOf({ id, secret, metadata }: DeclaredClient): string | undefined {
    const Client = this.provider.Client as unknown as new (metadata: Record<string, unknown>) => unknown;
    try {
      new Client({ ...metadata, client_id: id, ...(secret ? { client_secret: secret } : {}) });
      return undefined;
    } catch (error) {
      if (error instanceof errors.InvalidClientMetadata) return error.error_description ?? error.message;
      throw error;
    }
  }
}

function removedBy(changes: readonly Change[]): string[] {
  return changes.flatMap(({ section, action, name }) =>
    section === 'clients' && action === 'remove' ? [name] : [],
  );
}
