import { errors, type Adapter, type AdapterFactory, type AdapterPayload } from 'oidc-provider';
import type { Clients } from '../../clients/clients.service.js';
import { INTERACTION_LIFETIME } from '../sessions/session-lifetime.js';
import type { DeclaredScopes } from '../claims/declared-scopes.js';
import { consentKey } from '../grants.js';
import { JWT_TRACE } from './jwt-traces.js';
import type { RegisteredClients } from '../../clients/registered-clients.service.js';
import { RecordLost } from './record.lost.js';
import { ANSWERED_ONCE, type RecordStore } from './record.store.js';

/** Seconds. */
const KEPT_AFTER_EXPIRY = 10 * 60;

/** What the provider stores, by kind: clients come from their own table, everything else is a record. */
export function adapterFactory(parts: AdapterParts): AdapterFactory {
  return (kind) => {
    if (kind === 'Client') return clientAdapter(parts);
    const adapter = recordAdapter(kind, parts.records);
    if (kind === 'InitialAccessToken') return initialTokenAdapter(adapter);
    if (kind === 'RegistrationAccessToken') return registrationTokenAdapter(adapter, parts.registered);
    return adapter;
  };
}

interface AdapterParts {
  readonly records: RecordStore;
  readonly clients: Clients;
  readonly registered: RegisteredClients;
  readonly scopes: DeclaredScopes;
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

/**
 * Clients are found by their id, whoever says what they are. Only those that registered themselves are written here; a
 * client of the file is not touched, whatever token is shown.
 */
function clientAdapter({ records, clients, registered, scopes }: AdapterParts): Adapter {
  const unused = never('clients are found by their id');
  return {
    find: async (id) => {
      // The provider refuses a client whose scopes it does not know.
      await scopes.learn();
      return clients.metadata(id);
    },
    findByUid: unused,
    findByUserCode: unused,
    upsert: async (id, metadata) => {
      const { client_name: name } = metadata as { client_name?: string };
      if (name !== undefined && (await registered.isTakenName(name)))
        throw new errors.InvalidClientMetadata('client_name is too much like one that is taken');
      const isNew = !(await registered.isRegistered(id));
      await records.join(async (sql) => {
        if (isNew) await registered.insert(sql, id, metadata);
        else if (!(await registered.update(sql, id, metadata))) throw gone();
      });
    },
    destroy: (id) =>
      records.join(async (sql) => {
        if (!(await registered.delete(sql, id))) throw gone();
      }),
    consume: unused,
    revokeByGrantId: unused,
  };
}

/** Two at once, and the other one was faster. */
function gone(): RecordLost {
  return new RecordLost('RegistrationAccessToken', undefined);
}

/** An initial access token that was spent is none. */
function initialTokenAdapter(adapter: Adapter): Adapter {
  return {
    ...adapter,
    find: async (id) => {
      const found = await adapter.find(id);
      return found?.consumed ? undefined : found;
    },
  };
}

/**
 * A registration access token has no end of its own: it is worth something as long as its client is one that registered
 * itself. Should the operator declare a client of that id, what opened the old one does not open the new one.
 */
function registrationTokenAdapter(adapter: Adapter, registered: RegisteredClients): Adapter {
  return {
    ...adapter,
    find: async (id) => {
      const found = await adapter.find(id);
      return found?.clientId && (await registered.isRegistered(found.clientId)) ? found : undefined;
    },
    // Found by its client when that is removed.
    upsert: (id, payload, expiresIn) =>
      adapter.upsert(id, { ...payload, grantId: registrationOf(payload.clientId!) }, expiresIn),
  };
}

/** Under what the registration access token of a client is found. */
export function registrationOf(clientId: string): string {
  return `registration:${clientId}`;
}

function never(reason: string): () => Promise<never> {
  return () => Promise.reject(new Error(reason));
}
