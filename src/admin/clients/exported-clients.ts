import { stringify } from 'yaml';
import { apiInOrder, type ApiFields } from '../../clients/api-draft.js';
import type { Client } from '../../clients/client.entity.js';
import { inOrder, usesSecret } from '../../clients/client-draft.js';

interface Exported {
  readonly client: Pick<Client, 'id' | 'declared' | 'logo'>;
  readonly secrets: { readonly secret?: string; readonly previous?: string };
}

/** The clients, and the APIs, as a clients file declares them. Where a secret is not wanted the file's own place for it is named. */
export function exportedClients(exported: readonly Exported[], apis: readonly ApiFields[]): string {
  const logos = exported.filter(({ client }) => client.logo != null).map(({ client }) => client.id);
  return [
    '# gatehouse clients apply --take-over lets the file have them.',
    ...(logos.length > 0 ? [`# With a logo, which is not in this text: ${JSON.stringify(logos)}`] : []),
    stringify(declarationsIn(exported, apis), { lineWidth: 0 }).trimEnd(),
  ].join('\n');
}

/** The same before it is text. */
export function declarationsIn(
  exported: readonly Exported[],
  apis: readonly ApiFields[],
): { readonly apis?: object[]; readonly clients?: object[] } {
  return {
    ...(apis.length > 0 ? { apis: apis.map(apiInOrder) } : {}),
    ...(exported.length > 0 ? { clients: clientsIn(exported) } : {}),
  };
}

function clientsIn(exported: readonly Exported[]): object[] {
  return exported.map(({ client, secrets: { secret, previous } }) => {
    const { client_id, ...rest } = inOrder(client.declared ?? {});
    return {
      client_id,
      ...(secret ? { client_secret: secret } : {}),
      ...(previous ? { previous_client_secret: previous } : {}),
      ...(!secret && usesSecret(rest) ? { client_secret_file: `secrets/${fileName(client.id)}.txt` } : {}),
      ...rest,
    };
  });
}

/** Ids may have anything in them that can be seen. */
function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
}
