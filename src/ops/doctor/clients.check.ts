import { ConfigurationMistakes, type Config } from '../../config/config.js';
import { readClientsFile } from '../../clients/clients-file.js';
import { error, fine, type Finding } from './findings.js';

/** The clients file, as far as it can be judged by itself; what it would change is what `clients plan` shows. */
export function clientsFindings(config: Config): Finding[] {
  const file = config.clientsFile;
  if (!file) return [fine('clients', 'there is no clients file')];
  try {
    const { clients } = readClientsFile(file, config);
    return [fine('clients', `${file} declares ${clients.length} clients, without a mistake`)];
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationMistakes)) throw thrown;
    return thrown.mistakes.map((mistake) =>
      error(
        'clients',
        'clients-file',
        mistake,
        'correct that line (docs/clients.md), then: gatehouse clients plan',
      ),
    );
  }
}
