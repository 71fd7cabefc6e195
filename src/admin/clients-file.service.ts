import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/audit.service.js';
import { readClientsFile, type DeclaredFile } from '../clients/clients-file.js';
import { FileClients, type OfOperators } from '../clients/file-clients.service.js';
import { plan, type Change } from '../clients/plan.js';
import { ClientRemoval } from '../oidc/sessions/client-removal.service.js';
import { DeclaredScopes } from '../oidc/claims/declared-scopes.js';
import { Config, ConfigurationMistakes } from '../config/config.js';
import { ProviderRules } from './clients/provider-rules.js';

/** What is done with clients and APIs of the operators' pages that the file declares, too. */
export type Others = 'refuse' | 'take-over';

const madeOnPages = (key: 'client_id' | 'identifier', name: string) =>
  `${key} "${name}" was made on the operators' pages: choose another one, remove it there, or let the file have it from now on, with: gatehouse clients apply --take-over`;

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
    const taken = Object.entries(takenOver).flatMap(([section, names]: [string, readonly string[]]) =>
      names.map((name) => `take over ${section} ${name}`),
    );
    if (changes.length + taken.length > 0) {
      const names = [...taken, ...changes.map(({ section, name, action }) => `${action} ${section} ${name}`)];
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

  private async read(
    others: Others,
  ): Promise<{ declared: DeclaredFile; takenOver: OfOperators } | undefined> {
    const file = this.config.clientsFile;
    if (!file) return undefined;
    const declared = readClientsFile(file, this.config);
    this.scopes.willBe(declared.declarations);
    const mistakes = declared.clients.flatMap((client) => {
      const refusal = this.rules.refusalOf(client.id, client.metadata, client.secret);
      return refusal ? [`${file}, line ${client.line}: ${refusal}.`] : [];
    });
    // Of one that registered itself the file gets the id: no stranger keeps the operator from declaring one.
    const made = await this.clients.madeByOperators(declared);
    if (others === 'refuse')
      mistakes.push(...alsoMade(declared, made).map(({ line, what }) => `${file}, line ${line}: ${what}.`));
    if (mistakes.length > 0) throw new ConfigurationMistakes(mistakes);
    return { declared, takenOver: others === 'take-over' ? made : { clients: [], apis: [] } };
  }
}

/** What of the file operators have made on their pages. */
function alsoMade({ clients, declarations }: DeclaredFile, made: OfOperators) {
  return [
    ...clients
      .filter(({ id }) => made.clients.includes(id))
      .map(({ id, line }) => ({ line, what: madeOnPages('client_id', id) })),
    ...declarations
      .filter(({ kind, name }) => kind === 'apis' && made.apis.includes(name))
      .map(({ name, line }) => ({ line, what: madeOnPages('identifier', name) })),
  ];
}

function removedBy(changes: readonly Change[]): string[] {
  return changes.flatMap(({ section, action, name }) =>
    section === 'clients' && action === 'remove' ? [name] : [],
  );
}
