import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import type { Clients } from '../clients/clients.service.js';
import { INTERACTION_LIFETIME } from './session-lifetime.js';
import type { DeclaredScopes } from './declared-scopes.js';
import { consentKey } from './grants.js';
import { JWT_TRACE } from './jwt-traces.js';
import { ANSWERED_ONCE, type RecordStore } from './record.store.js';

/** Seconds. */
const KEPT_AFTER_EXPIRY = 10 * 60;

/** What the provider stores, by kind: clients come from their own table, everything else is a record. */
export function adapterFactory(
  records: RecordStore,
  clients: Clients,
  scopes: DeclaredScopes,
): AdapterFactory {
  return (kind) => (kind === 'Client' ? clientAdapter(clients, scopes) : recordAdapter(kind, records));
}

function recordAdapter(kind: string, records: RecordStore): Adapter {
  return {
    find: (id) => records.find(kind, id),
    findByUid: (uid) => records.findByUid(kind, uid),
    findByUserCode: (userCode) => records.findByUid(kind, userCodeKey(userCode)),
    upsert: (id, payload, expiresIn) => {
      if (kind === 'Grant') return records.upsert(kind, id, findable(payload), expiresIn);
      if (ANSWERED_ONCE.has(kind)) return records.upsert(kind, id, awaiting(id, payload), later(expiresIn));
      return records.upsert(kind, id, payload, keptFor(kind, expiresIn));
    },
    destroy: (id) => records.destroy(kind, id),
    consume: (id) => records.consume(kind, id),
    revokeByGrantId: async (grantId) => {
      await records.revokeByGrantId(kind, grantId);
      if (kind === 'AccessToken') await records.revokeByGrantId(JWT_TRACE, grantId);
    },
  };
}

/**
 * Seconds. Some records are remembered beyond their expiry, which the library reads from the payload, so that nothing is
 * used twice: a pushed request while people may still sign in for it (one code, however many have opened it), a proof
 * that a fast clock has dated ahead while it would still pass.
 */
const REMEMBERED: Record<string, number> = {
  PushedAuthorizationRequest: INTERACTION_LIFETIME,
  ReplayDetection: 5 * 60,
};

function keptFor(kind: string, expiresIn: number | undefined): number | undefined {
  return expiresIn === undefined ? undefined : expiresIn + (REMEMBERED[kind] ?? 0);
}

/** A person's consent to a client counts in their next session, too. */
function findable(grant: AdapterPayload): AdapterPayload {
  return { ...grant, uid: consentKey(grant.accountId!, grant.clientId!) };
}

/**
 * What a person answers on another device. How far it has come stands in the column by which it is found, and it is only
 * written over what was read (record.store.ts): a code is confirmed by one person, and one answer is given.
 */
function awaiting(id: string, payload: AdapterPayload): AdapterPayload {
  const { userCode, inFlight, error, accountId, grantId } = payload as AdapterPayload & { userCode?: string };
  if (error || grantId) return { ...payload, uid: undefined };
  if (userCode && !inFlight && !accountId) return { ...payload, uid: userCodeKey(userCode) };
  return { ...payload, uid: JSON.stringify(['awaited', id, inFlight ?? false]) };
}

function userCodeKey(userCode: string): string {
  return JSON.stringify(['user code', userCode]);
}

/** Who asks for the answer too late learns that it is too late, and not that there never was such a thing. */
function later(expiresIn: number | undefined): number | undefined {
  return expiresIn === undefined ? undefined : expiresIn + KEPT_AFTER_EXPIRY;
}

/** Clients are declared in a file, so the provider only ever reads them. */
function clientAdapter(clients: Clients, scopes: DeclaredScopes): Adapter {
  const unused = never('clients are declared, and found by their id');
  return {
    find: async (id) => {
      // The provider refuses a client whose scopes it does not know.
      await scopes.learn();
      return clients.metadata(id);
    },
    findByUid: unused,
    findByUserCode: unused,
    upsert: unused,
    destroy: unused,
    consume: unused,
    revokeByGrantId: unused,
  };
}

function never(reason: string): () => Promise<never> {
  return () => Promise.reject(new Error(reason));
}
