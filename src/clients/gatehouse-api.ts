import type { Config } from '../config/config.js';
import { API_PATH } from '../http/problem.js';

/** What a client may be let do by the API of Gatehouse itself (docs/api.md). Changing something does not include looking. */
export const GATEHOUSE_SCOPES = {
  'gatehouse:users.read': 'Look at accounts, their groups, attributes and sessions',
  'gatehouse:users.write': 'Make, change, disable and delete accounts; help people who are stuck',
  'gatehouse:groups.read': 'Look at groups and who is in them',
  'gatehouse:groups.write': 'Make, change and delete groups; put people into them',
  'gatehouse:clients.read': 'Look at applications and APIs',
  'gatehouse:clients.write':
    'Make, change and remove the applications and APIs that operators make, and renew secrets',
  'gatehouse:invitations.read': 'Look at invitations that nobody has used yet',
  'gatehouse:invitations.write': 'Invite somebody, by a link or by mail, and withdraw it',
  'gatehouse:mail.read': 'Look at letters and sign-out notices: what waits, and what became of them',
  'gatehouse:mail.write': 'Have a letter or a notice tried now, or drop it with a reason',
  'gatehouse:keys.read': 'Look at signing keys',
  'gatehouse:keys.write': 'Rotate and revoke signing keys',
  'gatehouse:audit.read': 'Read the audit log',
  'gatehouse:audit.write': 'Have the audit log verified, which takes the machine’s time',
  'gatehouse:server.read': 'Look at what this server is and how it is doing',
} as const;

export type GatehouseScope = keyof typeof GATEHOUSE_SCOPES;

/** The field of a client in the clients file that lets it ask for them: nothing else does. */
export const GATEHOUSE_API = 'gatehouse_api';

/** What the names of its scopes begin with. */
export const OWN_SCOPES = 'gatehouse:';

/** The audience of its tokens: a resource indicator as that of any API. */
export function gatehouseApi(config: Pick<Config, 'issuer'>): string {
  return config.issuer + API_PATH;
}

/** Whether an API of this identifier would be it, or look like a part of it. */
export function isGatehouseApi(issuer: string, identifier: string): boolean {
  const placeOf = (uri: string) => {
    const { protocol, host, pathname } = new URL(uri);
    return `${protocol}//${host}${pathname.replace(/\/+$/, '')}/`;
  };
  return placeOf(identifier).startsWith(placeOf(gatehouseApi({ issuer })));
}

/** What the clients file lets a client ask for. */
export function grantedScopes(client: Readonly<Record<string, unknown>>): readonly string[] {
  const granted = client[GATEHOUSE_API];
  return Array.isArray(granted) ? (granted as string[]) : [];
}
