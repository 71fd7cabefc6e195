import type { Client, ClientMetadata } from 'oidc-provider';

type Shown = Pick<ClientMetadata, 'client_id' | 'client_name' | 'policy_uri' | 'tos_uri'> & {
  brand_color?: string;
  drawn_logo?: string;
};

/** What of a client its face is made of. `metadata()` would write every one of its fields anew, for each page. */
export function shown(client: Client): Shown {
  const { clientId, clientName, policyUri, tosUri } = client;
  const color = client['brand_color'];
  const logo = client['drawn_logo'];
  return {
    client_id: clientId,
    ...(clientName === undefined ? {} : { client_name: clientName }),
    ...(policyUri === undefined ? {} : { policy_uri: policyUri }),
    ...(tosUri === undefined ? {} : { tos_uri: tosUri }),
    ...(typeof color === 'string' ? { brand_color: color } : {}),
    ...(typeof logo === 'string' ? { drawn_logo: logo } : {}),
  };
}
