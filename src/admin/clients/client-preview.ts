import type { ClientFields } from '../../clients/client-draft.js';
import { CLIENT_FIELDS } from '../../clients/client.fields.js';
import type { ClientFace } from '../../clients/clients.service.js';
import { allowances, type Allowance } from '../../oidc/claims/allowances.js';

/** How an application would meet people. */
export interface ClientPreview extends Omit<ClientFace, 'id'> {
  readonly scopes: readonly Allowance[];
  readonly asksConsent: boolean;
}

/** Where nothing is said of it, an application usually asks for these. */
const USUAL_SCOPE = 'openid profile email';

/**
 * The picture of what is typed, before it is saved. A value that would be refused is left out: it must neither lead anywhere nor
 * name a stylesheet.
 * @param logo the one that it has: drawn here when it was uploaded, so nothing is fetched for a picture
 * @param unnamed what one is called that has neither name nor id yet
 */
export function previewOf(fields: ClientFields, logo: string | undefined, unnamed: string): ClientPreview {
  const sound = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' && CLIENT_FIELDS[name]!(value) === undefined ? value : undefined;
  };
  return {
    name: sound('client_name') ?? sound('client_id') ?? unnamed,
    logo,
    policyUri: sound('policy_uri'),
    tosUri: sound('tos_uri'),
    color: sound('brand_color')?.slice(1).toLowerCase(),
    scopes: allowances((sound('scope') ?? USUAL_SCOPE).split(' '), []),
    asksConsent: fields['consent'] !== 'never' && fields['first_party'] !== true,
  };
}
