import { asObject, CarriedOver, text, texts } from './carried-over.js';
import type { FoundClient } from './foreign-client.js';
import type { Found } from './foreign-user.js';
import { jsonColumn, PocketIdTables, type Row } from './pocket-id.tables.js';

/** People of Pocket ID. They have passkeys and nothing else, which cannot be carried over: they come in with no way in. */
export function* readPocketId(file: string): Generator<Found> {
  const tables = new PocketIdTables(file);
  const groups = tables.groupsBy('user_groups_users', 'user_id');
  const holders = new Set(tables.rows('webauthn_credentials').map((row) => row['user_id']));
  const claims = new Map<unknown, Row[]>();
  for (const row of tables.rows('custom_claims'))
    claims.set(row['user_id'], [...(claims.get(row['user_id']) ?? []), row]);
  const ofGroups = tables.groupsBy('custom_claims', 'key');
  let count = 0;
  for (const user of tables.rows('users')) {
    count++;
    const id = text(user['id']) ?? '';
    const own = groups.get(id) ?? [];
    const inherited = [...ofGroups].filter(([, names]) => names.some((name) => own.includes(name)));
    yield found(user, `person ${count}`, own, claims.get(id) ?? [], [
      ...(holders.has(id) ? ['passkeys-not-carried-over'] : []),
      ...inherited.map(([key]) => `group-claim-left-out: ${key}`),
    ]);
  }
}

function found(user: Row, place: string, groups: string[], claims: Row[], notes: string[]): Found {
  const [name, email] = [text(user['username']), text(user['email'])];
  const label = name ?? place;
  if (name === undefined) return { kind: 'unreadable', label, reason: 'unusable-username' };
  if (email === undefined) return { kind: 'unreadable', label, reason: 'unusable-email' };
  const carried = new CarriedOver();
  carried.note(...notes);
  if (user['is_admin'] === true) carried.note('was-an-administrator');
  const [given, family] = [text(user['first_name']), text(user['last_name'])];
  carried.name(text(user['display_name']) ?? [given, family].filter(Boolean).join(' '));
  carried.detail('given_name', given);
  carried.detail('family_name', family);
  for (const group of groups) carried.group(group);
  for (const { key, value } of claims) carried.attribute(text(key) ?? '?', text(value));
  return {
    kind: 'user',
    user: {
      username: carried.username(name),
      email,
      isEmailVerified: user['email_verified'] === true,
      // Anything but a plain no.
      isDisabled: user['disabled'] !== false,
      locale: text(user['locale']) ?? null,
      passwordHash: null,
      seeds: [],
      ...carried.facts,
    },
  };
}

/** Its applications. Secrets are kept as hashes there, so each one that is not public gets a new one. */
export function* readPocketIdClients(file: string): Generator<FoundClient> {
  const tables = new PocketIdTables(file);
  const groups = tables.groupsBy('oidc_clients_allowed_user_groups', 'oidc_client_id');
  let count = 0;
  for (const row of tables.rows('oidc_clients')) {
    count++;
    const id = text(row['id']);
    if (id === undefined) yield { kind: 'left-out', id: `client ${count}`, reason: 'unusable-client-id' };
    // Those of which a document says what they are: here such a document is asked for anew.
    else if ((row['client_type'] ?? 'standard') !== 'standard')
      yield { kind: 'left-out', id, reason: 'described-elsewhere' };
    else yield client(id, row, groups.get(id) ?? []);
  }
}

function client(id: string, row: Row, groups: string[]): FoundClient {
  const is = (column: string) => row[column] === true;
  const credentials = asObject(jsonColumn(row['credentials'])) ?? {};
  const identities = credentials['federatedIdentities'];
  const notes = [
    ...(Array.isArray(identities) && identities.length > 0 ? ['federated-identities-left-out'] : []),
    ...(is('requires_reauthentication') ? ['reauthentication-left-out'] : []),
  ];
  return {
    kind: 'client',
    client: {
      id,
      name: text(row['name']),
      authentication: is('is_public') ? { kind: 'public' } : { kind: 'secret', secret: undefined },
      grants: ['authorization_code', 'refresh_token'],
      redirectUris: texts(jsonColumn(row['callback_urls'])),
      postLogoutRedirectUris: texts(jsonColumn(row['logout_callback_urls'])),
      demandsPkce: is('is_public') || is('pkce_enabled'),
      asksForConsent: !is('skip_consent'),
      scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      // Of an older one, which does not say, those that are named are the restriction.
      ...(is('is_group_restricted') || (row['is_group_restricted'] === undefined && groups.length > 0)
        ? { groups }
        : {}),
      homepage: text(row['launch_url']),
      demands: is('requires_pushed_authorization_requests')
        ? { require_pushed_authorization_requests: true }
        : {},
      notes,
    },
  };
}
