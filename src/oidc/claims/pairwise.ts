import type { Client } from 'oidc-provider';
import type { Secrets } from '../../kernel/secrets.js';

/**
 * Who an account is for a client (OpenID Connect Core, section 8). For a pairwise one that is another name in each sector: no
 * two sectors can tell that they speak of the same person, nor can anyone without the master secret compute it.
 */
export function subjectFor(secrets: Secrets, accountId: string, client: Client): string {
  return client.subjectType === 'pairwise' ? pairwiseId(secrets, accountId, client) : accountId;
}

/** It may never change: to an application another subject is another person. */
export function pairwiseId(secrets: Secrets, accountId: string, { sectorIdentifier }: Client): string {
  return secrets.mac('pairwise', JSON.stringify([sectorIdentifier, accountId])).toString('base64url');
}

export function subjectsOf(client: Client): 'public' | 'pairwise' {
  return client.subjectType === 'pairwise' ? 'pairwise' : 'public';
}
