import type { TestServer } from './server.js';

export interface DeviceAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** A television (of a third party) and a command-line tool of the house: neither can be sent back to. */
export const DEVICE_CLIENTS = `
clients:
  - client_id: tv
    client_name: Living Room TV
    token_endpoint_auth_method: none
    grant_types: ['${DEVICE_GRANT}', refresh_token]
    policy_uri: https://tv.example/privacy
  - client_id: tool
    client_name: House Tool
    client_secret: tool-secret-of-thirty-two-chars!
    grant_types: ['${DEVICE_GRANT}']
    first_party: true
  - client_id: vault
    client_name: Vault
    token_endpoint_auth_method: none
    grant_types: ['${DEVICE_GRANT}']
    first_party: true
    require_second_factor: true
  - client_id: web
    client_name: Web
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/web/callback]
`;

/** A device without a browser, as plain requests (RFC 8628). */
export class Device {
  deviceCode = '';
  userCode = '';
  completeUri = '';
  constructor(
    private readonly server: TestServer,
    readonly clientId: 'tv' | 'tool' | 'vault' | 'web' = 'tv',
    private readonly userAgent = 'SmartTV/1.0',
  ) {}

  async start(params: Record<string, string> = {}): Promise<DeviceAnswer> {
    const answer = await this.post('/oidc/device', { scope: 'openid profile email', ...params });
    this.deviceCode = answer.body['device_code'] as string;
    this.userCode = answer.body['user_code'] as string;
    this.completeUri = answer.body['verification_uri_complete'] as string;
    return answer;
  }

  /** Asks for tokens; by then a polite device has waited. */
  async poll(changed: Record<string, string> = {}): Promise<DeviceAnswer> {
    this.server.clock.advance(5_000);
    return this.pollAtOnce(changed);
  }

  pollAtOnce(changed: Record<string, string> = {}): Promise<DeviceAnswer> {
    return this.post('/oidc/token', { grant_type: DEVICE_GRANT, device_code: this.deviceCode, ...changed });
  }

  private async post(path: string, params: Record<string, string>): Promise<DeviceAnswer> {
    const headers: Record<string, string> = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': this.userAgent,
    };
    const body = new URLSearchParams(params);
    if (this.clientId === 'tool')
      headers['Authorization'] =
        `Basic ${Buffer.from(`tool:${encodeURIComponent('tool-secret-of-thirty-two-chars!')}`).toString('base64')}`;
    else if (!body.has('client_id')) body.set('client_id', this.clientId);
    const response = await fetch(this.server.url + path, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}

export function claimsOf({ body }: DeviceAnswer): Record<string, unknown> {
  const [, payload] = (body['id_token'] as string).split('.');
  return JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
}
