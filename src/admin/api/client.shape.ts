import { CLIENT_FIELDS, CLIENT_ID } from '../../clients/client.fields.js';
import { isWrittenHere } from '../../clients/client-draft.js';
import { ORIGINS } from '../clients/client-directory.js';
import type { ManagedClient } from '../clients/managed-client.js';
import {
  among,
  anything,
  flag,
  integer,
  mapOf,
  moment,
  nullable,
  optional,
  shape,
  text,
  type Of,
} from './schema.js';

export const ClientId = text({ maxLength: 255, pattern: CLIENT_ID.source, description: 'The `client_id`' });
export const Origin = among(
  ORIGINS,
  'Who says what it is: the clients file, operators, or the application itself',
);

export const ListedClient = shape('ListedClient', { id: ClientId, name: text(), origin: Origin });

export const Client = shape('Client', {
  id: ClientId,
  name: text(),
  origin: Origin,
  version: integer(0, Number.MAX_SAFE_INTEGER, {
    description: 'How often it was written; 0: it is being removed',
  }),
  fields: mapOf(anything('As docs/clients.md has them'), 'Of one that operators made: as it was written'),
  metadata: mapOf(anything('As RFC 7591 has them'), 'What counts, with all defaults'),
  hasSecret: flag('Whether it uses a secret'),
  hasOldSecret: flag('Whether the secret before counts as well'),
  secretMadeAt: nullable(moment('When its secret was made')),
  changedAt: moment('When it was changed last'),
  registeredAt: nullable(moment('Of one that registered itself: when')),
});

/** What may be said of a client here: as in the clients file, but secrets, which are made, and what only the file grants. */
export const ClientFields = shape(
  'ClientFields',
  Object.fromEntries(
    Object.keys(CLIENT_FIELDS)
      .filter((name) => isWrittenHere(name) && name !== 'client_id')
      .map((name) => [name, optional(anything(`docs/clients.md describes ${name}`))]),
  ),
);

export const ClientAndSecret = shape('ClientAndSecret', {
  client: Client,
  secret: nullable(text({ description: 'A new one, shown this once; null: none was made' })),
});

export function clientOf(client: ManagedClient): Of<typeof Client> {
  const { id, name, origin, version, fields, metadata, secret, changedAt, registeredAt } = client;
  return {
    id,
    name,
    origin,
    version,
    fields,
    metadata,
    hasSecret: secret !== undefined,
    hasOldSecret: secret?.hasOld ?? false,
    secretMadeAt: secret?.madeAt?.toISOString() ?? null,
    changedAt: changedAt.toISOString(),
    registeredAt: registeredAt?.toISOString() ?? null,
  };
}
