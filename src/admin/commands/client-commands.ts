import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { OperatorClients } from '../../clients/operator-clients.service.js';
import { OperatorApis } from '../../clients/operator-apis.service.js';
import { Clients } from '../../clients/clients.service.js';
import { inWords } from '../../clients/plan.js';
import { Config } from '../../config/config.js';
import { usage, type Outcome } from './outcome.js';
import { ClientsFile } from '../clients-file.service.js';
import type { ClientCommand } from './commands.list.js';

/** What a command may be given beside its name. */
const OPTION: Partial<Record<ClientCommand, string>> = {
  'clients apply': '--take-over',
  'clients export': '--with-secrets',
};

/** What an operator does with the clients file from the shell, while servers run. */
@Injectable()
export class ClientCommands {
  constructor(
    private readonly config: Config,
    private readonly file: ClientsFile,
    private readonly clients: Clients,
    private readonly operatorClients: OperatorClients,
    private readonly operatorApis: OperatorApis,
    private readonly audit: Audit,
  ) {}

  /** @throws ConfigurationMistakes naming each mistake of the file with its line */
  async run(command: ClientCommand, args: string[] = []): Promise<Outcome> {
    if (command === 'client-settings') return this.settings(args[0]!, args[1]);
    const [option] = args;
    if (option !== undefined && option !== OPTION[command])
      return usage(`${JSON.stringify(option)} is not known here; there is: ${OPTION[command]}`);
    if (command === 'clients export') return this.export(option !== undefined);
    const changes =
      command === 'clients plan'
        ? await this.file.plan()
        : await this.file.apply('shell', option === undefined ? 'refuse' : 'take-over');
    if (!changes)
      return {
        done: false,
        message: `there is no clients file: write ${this.config.dataDir}/clients.yaml, or name one with GATEHOUSE_CLIENTS_FILE`,
      };
    return { done: true, message: inWords(changes), facts: { changes } };
  }

  private async export(withSecrets: boolean): Promise<Outcome> {
    const { declarationsIn, exportedClients } = await import('../clients/exported-clients.js');
    const [clients, operatorApis] = [await this.operatorClients.all(), await this.operatorApis.all()];
    const apis = operatorApis.map(({ fields }) => fields);
    if (clients.length + apis.length === 0)
      return {
        done: true,
        message: '# neither a client nor an API was made on the operators’ pages',
        facts: { apis: [], clients: [] },
      };
    const exported = clients.map((client) => ({
      client,
      secrets: withSecrets ? this.operatorClients.secretsOf(client) : {},
    }));
    await this.audit.record('clients.exported', {
      detail: { by: 'shell', clients: clients.length, apis: apis.length, withSecrets },
    });
    return {
      done: true,
      message: exportedClients(exported, apis),
      facts: { apis: [], clients: [], ...declarationsIn(exported, apis) },
    };
  }

  private async settings(clientId: string, applicationId: string | undefined): Promise<Outcome> {
    const { clientSettings } = await import('../client-settings.js');
    const declared = await this.clients.declared(clientId);
    return clientSettings(this.config.issuer, clientId, declared, applicationId);
  }
}
