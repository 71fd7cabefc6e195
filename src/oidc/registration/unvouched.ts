import type { Client } from 'oidc-provider';

/** An application that says itself what it is, in a registration; nobody has looked at it. */
export function registeredItself(client: Client | undefined): boolean {
  return client?.['clientIdIssuedAt'] !== undefined;
}

/** The same in a document at its `client_id`, as agents do (draft-ietf-oauth-client-id-metadata-document). */
export function isOfDocument(client: Client | undefined): boolean {
  return client?.['clientIdMetadataDocument'] === true;
}

/** Who nobody vouches for. */
export function isUnvouched(client: Client | undefined): boolean {
  return registeredItself(client) || isOfDocument(client);
}
