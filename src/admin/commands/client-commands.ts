import { Injectable } from '@nestjs/common';
import { Clients } from '../../clients/clients.service.js';
import { inWords } from '../../clients/plan.js';
import { Config } from '../../config/config.js';
import type { Outcome } from './account-commands.js';
import { ClientsFile } from '../clients-file.service.js';
import type { ClientCommand } from './commands.list.js';

/** What an operator does with the clients file from the shell, while servers run. */
@Injectable()
export class ClientCommands {
  constructor(
    private readonly config: Config,
    private readonly file: ClientsFile,
    private readonly clients: Clients,
  ) {}

  /** @throws ConfigurationMistakes naming each mistake of the file with its line */
  async run(command: ClientCommand, args: string[] = []): Promise<Outcome> {
    if (command === 'client-settings') return this.settings(args[0]!, args[1]);
    const changes = command === 'clients plan' ? await this.file.plan() : await this.file.apply('shell');
    if (!changes)
      return {
        done: false,
        message: `there is no clients file: write ${this.config.dataDir}/clients.yaml, or name one with GATEHOUSE_CLIENTS_FILE`,
      };
    return { done: true, message: inWords(changes) };
  }

  private async settings(clientId: string, applicationId: string | undefined): Promise<Outcome> {
    const { clientSettings } = await import('../client-settings.js');
    const metadata = await this.clients.declared(clientId);
    return clientSettings(this.config.issuer, clientId, metadata, applicationId);
  }
}
