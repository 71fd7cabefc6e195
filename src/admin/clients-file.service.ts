import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/audit.service.js';
import { readClientsFile, type DeclaredFile } from '../clients/clients-file.js';
import { FileClients } from '../clients/file-clients.service.js';
import { plan, type Change } from '../clients/plan.js';
import { ClientRemoval } from '../oidc/sessions/client-removal.service.js';
import { DeclaredScopes } from '../oidc/claims/declared-scopes.js';
import { Config, ConfigurationMistakes } from '../config/config.js';
import { ProviderRules } from './clients/provider-rules.js';

/** What is done with clients of the operators' pages that the file declares, too. */
export type Others = 'refuse' | 'take-over';

const madeOnPages = (id: string) =>
  `client_id "${id}" was made on the operators' pages: choose another one, remove it there, or let the file have it from now on, with: gatehouse clients apply --take-over`;

const WEBHOOK_CHANGES = {
  add: 'webhook.added',
  change: 'webhook.changed',
  remove: 'webhook.removed',
} as const;

/** What the operator's clients file does to the database: at the start, and from the shell while servers run. */
@Injectable()
export class ClientsFile {
  constructor(
    private readonly config: Config,
    private readonly rules: ProviderRules,
    private readonly clients: FileClients,
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
    const read = await this.read('refuse');
    return read && plan(await this.clients.stored(), read.declared);
  }

  /**
   * Makes the database say what the file says; servers that run know it at their next request. Without a file nothing is
   * touched: an instance that merely lacks its file must not take every application away from the others. A file with an
   * empty list removes them all. Everything is checked before anything is written. What a client holds that is declared no
   * longer ends.
   * @param others what happens where it declares one that was made on the operators' pages: that is never done silently
   * @returns what was changed; undefined where there is no file
   * @throws ConfigurationMistakes naming each mistake with its line
   */
  async apply(by: 'start' | 'shell', others: Others = 'refuse'): Promise<Change[] | undefined> {
    const read = await this.read(others);
    if (!read) return undefined;
    const { declared, takenOver } = read;
    const gone = removedBy(plan(await this.clients.stored(), declared));
    const { people, done: changes } = await this.removal.around(gone, () =>
      this.clients.apply(declared, takenOver),
    );
    if (changes.length + takenOver.length > 0) {
      const names = [
        ...takenOver.map((id) => `take over clients ${id}`),
        ...changes.map(({ section, name, action }) => `${action} ${section} ${name}`),
      ];
      await this.audit.record('clients.applied', { detail: { by, changes: names, people } });
      await this.noteWebhooks(by, changes);
    }
    return changes;
  }

  /** Who is told of what happens in accounts is looked for in the log by its own name. */
  private async noteWebhooks(by: string, changes: readonly Change[]): Promise<void> {
    for (const { section, name: webhook, action, fields } of changes)
      if (section === 'webhooks')
        await this.audit.record(WEBHOOK_CHANGES[action], { detail: { by, webhook, fields } });
  }

  private async read(others: Others): Promise<{ declared: DeclaredFile; takenOver: string[] } | undefined> {
    const file = this.config.clientsFile;
    if (!file) return undefined;
    const declared = readClientsFile(file, this.config);
    this.scopes.willBe(declared.declarations);
    const mistakes = declared.clients.flatMap((client) => {
      const refusal = this.rules.refusalOf(client.id, client.metadata, client.secret);
      return refusal ? [`${file}, line ${client.line}: ${refusal}.`] : [];
    });
    // Of one that registered itself the file gets the id: no stranger keeps the operator from declaring one.
    const made = await this.clients.madeByOperators(declared.clients.map(({ id }) => id));
    const takenOver = others === 'take-over' ? made : [];
    for (const id of made.filter((each) => !takenOver.includes(each))) {
      const { line } = declared.clients.find((client) => client.id === id)!;
      mistakes.push(`${file}, line ${line}: ${madeOnPages(id)}.`);
    }
    if (mistakes.length > 0) throw new ConfigurationMistakes(mistakes);
    return { declared, takenOver };
  }
}

function removedBy(changes: readonly Change[]): string[] {
  return changes.flatMap(({ section, action, name }) =>
    section === 'clients' && action === 'remove' ? [name] : [],
  );
}
