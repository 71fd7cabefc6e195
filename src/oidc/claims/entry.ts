import { Injectable } from '@nestjs/common';
import { errors, type Client, type Provider } from 'oidc-provider';
import { Groups } from '../../users/groups.service.js';

/** The groups whose members may use a client; empty: everyone may. */
export function groupsAllowed(client: Client | undefined): readonly string[] {
  return (client?.['groups'] as string[] | undefined) ?? [];
}

/** Whom a client lets in. It is asked at every authorization, and whenever tokens are issued or used. */
@Injectable()
export class Entry {
  constructor(private readonly groups: Groups) {}

  async isOpen(client: Client | undefined, accountId: string): Promise<boolean> {
    const allowed = groupsAllowed(client);
    return allowed.length === 0 || this.groups.isInOneOf(accountId, allowed);
  }
}

interface Letting {
  readonly provider: Provider;
  readonly entry: Pick<Entry, 'isOpen'>;
}

/** Whether the client that a token was issued to is still there, and lets the token's owner in. */
export async function stillLetsIn(
  { provider, entry }: Letting,
  clientId: string | undefined,
  accountId: string | undefined,
): Promise<boolean> {
  const client = clientId === undefined ? undefined : await found(provider, clientId);
  return client !== undefined && (accountId === undefined || entry.isOpen(client, accountId));
}

/** A client whose metadata document cannot be had is none: whoever asks about its tokens is told so, and not of the document. */
async function found(provider: Provider, clientId: string): Promise<Client | undefined> {
  try {
    return await provider.Client.find(clientId);
  } catch (error) {
    if (error instanceof errors.InvalidClient || error instanceof errors.InvalidClientMetadata)
      return undefined;
    throw error;
  }
}
