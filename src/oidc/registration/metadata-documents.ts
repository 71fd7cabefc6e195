import { errors, type Client, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { CLIENT_ID } from '../../clients/client.fields.js';
import { maySay, restrict } from '../../clients/registration-policy.js';
import type { Config } from '../../config/config.js';
import { visitor } from '../../http/visitor.js';
import { FetchBudget } from './fetch-budget.js';
import { isOfDocument } from './unvouched.js';
import type { Logos } from './logos.service.js';
import type { ProviderParts } from '../provider.parts.js';

type Feature = NonNullable<NonNullable<Configuration['features']>['clientIdMetadataDocument']>;

/** The host that answers for such a client. */
export function hostOf(client: Client): string | undefined {
  return isOfDocument(client) ? new URL(client.clientId).host : undefined;
}

/** Whether a client of this id, where nobody has declared it, is what a document there says. */
export function isReadFromDocument(id: string, { clientMetadataHosts: hosts }: Config): boolean {
  return CLIENT_ID.test(id) && id.startsWith('https://') && URL.canParse(id) && isAllowed(id, hosts);
}

/** What the library leaves to us: whose documents are read, how often, and what a client gets of what its document says. */
export function metadataDocuments(config: Config, { registered, logos, clock }: ProviderParts): Feature {
  const { clientMetadataHosts: hosts } = config;
  const budget = new FetchBudget(clock);
  return {
    enabled: hosts.length > 0,
    ack: 'draft-02',
    // Documents are kept by the library, at most two hundred of them.
    cacheDuration: { min: 60, max: 3600 },
    allowFetch: (_ctx, id) =>
      CLIENT_ID.test(id) && isAllowed(id, hosts) && budget.take(visitor()?.address ?? ''),
    allowClient: async (_ctx: KoaContextWithOIDC, client: Client) => {
      if (!isAllowed(client.clientId, hosts)) return false;
      const metadata = client.metadata() as Record<string, unknown>;
      const mistake = restrict(
        metadata,
        { ...metadata, application_type: undefined },
        {
          origin: new URL(config.issuer).origin,
          scopes: SCOPES,
          legacyFlows: config.legacyFlows ? 'declared' : 'nobody',
        },
      );
      if (mistake) throw new errors.InvalidClient(`client_id metadata document: ${mistake}`);
      const { client_name: name } = metadata as { client_name?: string };
      if (name !== undefined && (await registered.isTakenName(name)))
        throw new errors.InvalidClient(
          'client_id metadata document: client_name is too much like one that is taken',
        );
      give(client, metadata);
      await showLogo(client, metadata, logos);
      return true;
    },
  };
}

const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];

/** Nothing but a path: every query would be another client, and another fetch. */
function isAllowed(id: string, hosts: readonly string[]): boolean {
  const { hostname, search } = new URL(id);
  const isOne = (pattern: string) =>
    pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern;
  return search === '' && !id.includes('?') && hosts.some(isOne);
}

const AT_HOME = ['backchannel_logout_uri', 'backchannel_logout_session_required'];

/**
 * A document speaks for its own origin. Told of an ended session is who answers for it there when that happens: the address is
 * read anew then (logout-delivery.service.ts), and one of anybody else is none.
 */
function isToldAtHome({ clientId, backchannelLogoutUri: uri }: Client): boolean {
  return uri !== undefined && new URL(uri).origin === new URL(clientId).origin;
}

/** This client was made for this request alone, so that it can be changed. */
function give(client: Client, metadata: Record<string, unknown>): void {
  const fields = client as unknown as Record<string, unknown>;
  const toldAtHome = isToldAtHome(client);
  for (const field of Object.keys(client)) {
    const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (!maySay(name) || (AT_HOME.includes(name) && !toldAtHome)) delete fields[field];
  }
  fields['clientName'] = metadata['client_name'];
  fields['grantTypes'] = metadata['grant_types'];
  fields['scope'] = metadata['scope'];
  fields['applicationType'] = metadata['application_type'];
}

/** Of the library's fields none is called so, and no document can say it: shown-client.ts passes it on to the pages. */
async function showLogo(client: Client, metadata: Record<string, unknown>, logos: Logos): Promise<void> {
  const { logo_uri: logoUri } = metadata as { logo_uri?: string };
  const seenBy = visitor();
  // A sign-out is told with nobody there to see it.
  if (logoUri === undefined || !seenBy) return;
  const logo = await logos.ofDocument(client.clientId, logoUri, seenBy.address ?? '');
  if (logo !== undefined) Object.assign(client, { drawn_logo: logo });
}
