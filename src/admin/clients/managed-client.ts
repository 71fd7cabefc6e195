import type { Client, ClientOrigin } from '../../clients/client.entity.js';
import { takesTwoSecrets, usesSecret, type ClientFields } from '../../clients/client-draft.js';
import type { ClientMistake } from '../../clients/client-rules.js';

/** A client as operators see it, whoever declared it. No secret is in it. */
export interface ManagedClient {
  readonly id: string;
  readonly name: string;
  readonly origin: ClientOrigin;
  /** What counts, by the names of RFC 7591, with all defaults. */
  readonly metadata: ClientFields;
  /** Of an operator's: as it was written, which is what is edited. */
  readonly fields: ClientFields;
  readonly version: number;
  readonly logo: string | undefined;
  /** Absent: it uses none. */
  readonly secret:
    { readonly madeAt: Date | undefined; readonly overlaps: boolean; readonly hasOld: boolean } | undefined;
  readonly changedAt: Date;
  readonly registeredAt: Date | undefined;
}

/** A line of the list. */
export interface ListedClient {
  readonly id: string;
  readonly name: string;
  readonly origin: ClientOrigin;
}

export interface ClientPage {
  readonly clients: readonly ListedClient[];
  /** Where the next page begins: `after` it. */
  readonly next: string | undefined;
}

/** Why nothing was changed. */
export type Refused =
  /** Each mistake with the field where it is mended, in the words of the clients file. */
  | { readonly kind: 'mistaken'; readonly mistakes: readonly ClientMistake[] }
  /** Another one has the id. */
  | { readonly kind: 'taken' }
  /** Somebody has changed it since it was looked at. */
  | { readonly kind: 'stale' }
  /** There is no such client that operators made: the clients file declares it, it registered itself, or it is gone. */
  | { readonly kind: 'not-here' };

/** @param secret a new one, to be shown this once */
export interface Done {
  readonly kind: 'done';
  readonly client: ManagedClient;
  readonly secret: string | undefined;
}

export function managedClient(client: Client): ManagedClient {
  const { id, metadata, declared, version, logo, updatedAt, registeredAt, secretMadeAt } = client;
  return {
    id,
    name: nameIn(id, metadata),
    origin: client.origin,
    metadata,
    fields: declared ?? {},
    version,
    logo: logo ?? undefined,
    secret: usesSecret(metadata)
      ? {
          madeAt: secretMadeAt == null ? undefined : new Date(secretMadeAt),
          overlaps: takesTwoSecrets(metadata),
          hasOld: client.sealedPreviousSecret != null,
        }
      : undefined,
    changedAt: updatedAt,
    registeredAt: registeredAt == null ? undefined : new Date(registeredAt),
  };
}

export function nameIn(id: string, { client_name: name }: ClientFields): string {
  return typeof name === 'string' ? name : id;
}
