import { writeFileSync } from 'node:fs';
import { Document } from 'yaml';
import { ImportFailure } from './failures.js';
import { prepareClient, type FoundClient, type PreparedClient } from './foreign-client.js';
import { shown } from './shown.js';

/** What happens, or would happen, to one application of the file. */
export interface ClientFate {
  readonly client: string;
  readonly outcome: 'written' | 'would-write' | 'left-out';
  readonly reason?: string;
  readonly notes?: readonly string[];
}

const HEAD = ` Applications of another program, for GATEHOUSE_CLIENTS_FILE. Nothing is applied by this file alone:
 put them beside those that are there, look at what "gatehouse clients plan" says, then "gatehouse clients apply".
 It has secrets: keep it as you keep the clients file.`;

/**
 * Applications come out as a clients file for an operator to look at, never into the database.
 * @param file a new one; undefined: nothing is written
 */
export async function takeClients(
  found: AsyncIterable<FoundClient> | Iterable<FoundClient>,
  file: string | undefined,
): Promise<ClientFate[]> {
  const fates: ClientFate[] = [];
  const prepared = new Map<string, PreparedClient>();
  for await (const each of found) {
    const result = each.kind === 'client' ? prepareClient(each.client) : each.reason;
    const id = each.kind === 'client' ? each.client.id : each.id;
    const client = shown(id);
    if (typeof result === 'string') fates.push({ client, outcome: 'left-out', reason: shown(result, 500) });
    else if (prepared.has(id)) fates.push({ client, outcome: 'left-out', reason: 'twice-in-the-file' });
    else {
      prepared.set(id, result);
      const notes = result.notes.map((note) => shown(note, 500));
      const outcome = file === undefined ? 'would-write' : 'written';
      fates.push({ client, outcome, ...(notes.length > 0 ? { notes } : {}) });
    }
  }
  if (file !== undefined) write(file, [...prepared.values()]);
  return fates;
}

function write(file: string, clients: readonly PreparedClient[]): void {
  const groups = [...new Set(clients.flatMap((client) => client.groups))];
  const document = new Document({
    ...(groups.length > 0 ? { groups: groups.map((name) => ({ name })) } : {}),
    clients: clients.map(({ fields }) => fields),
  });
  document.commentBefore = HEAD;
  clients.forEach(({ notes }, index) => {
    const item = document.getIn(['clients', index], true) as { commentBefore?: string };
    // Each note stays one line of comment, whatever a stranger wrote into it.
    if (notes.length > 0) item.commentBefore = notes.map((note) => ` ${shown(note, 500)}`).join('\n');
  });
  try {
    writeFileSync(file, document.toString({ lineWidth: 0 }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new ImportFailure('file-exists', 'the clients file is there: nothing is overwritten');
    throw new ImportFailure('cannot-write', message);
  }
}
