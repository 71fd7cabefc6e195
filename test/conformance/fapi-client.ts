import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { ClientKey } from '../support/client-key.js';
import { certificateOf, escapedPemOf } from '../support/certificates.js';
import { GuardedApplication, type Answer } from '../support/guarded-application.js';
import { guardedIds } from './clients.mjs';
import { CALLBACK, Suite, type Values } from './suite.js';

/** The suite's own keys and certificates, of the first and of the second client. */
const keys = Object.fromEntries(guardedIds.map((id) => [id, new ClientKey()]));
const HOLDERS = ['self', 'self2'] as const;
const jwkOf = (holder: (typeof HOLDERS)[number]) => {
  const { publicKey, raw } = certificateOf(holder);
  return { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid: holder, x5c: [raw.toString('base64')] };
};

/** How a pair of clients.mjs behaves. */
export interface Variant {
  readonly name: string;
  readonly authentication: 'key' | 'mtls';
  readonly binding: 'dpop' | 'mtls';
  readonly signs: boolean;
}

/** @param cibaNotification where answers are told of */
export const startFapiSuite = (cibaNotification?: string) =>
  Suite.start(
    {
      ...(cibaNotification ? { cibaNotification } : {}),
      keys: Object.fromEntries(
        Object.entries(keys).map(([id, { publicJwk }]) => [id, { ...publicJwk, use: 'sig', kid: id }]),
      ),
      certificates: HOLDERS.map(jwkOf),
    },
    {
      env: {
        GATEHOUSE_CLIENT_CERTIFICATE_HEADER: 'X-Client-Cert',
        GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.1 ::1',
      },
    },
  );

/** What a request is made of that is not as it should be. */
export interface Oddities {
  /** In the Request Object, where there is one. */
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly signedBy?: ClientKey;
  readonly proof?: string;
}

/** One of the suite's clients under a FAPI 2.0 profile. */
export class FapiClient {
  readonly app: GuardedApplication;
  readonly key: ClientKey;
  readonly proofKey = new ClientKey();

  constructor(
    readonly suite: Suite,
    readonly variant: Variant,
    readonly number: 1 | 2 = 1,
    redirectUri = CALLBACK,
  ) {
    const id = `${variant.name}-${number}`;
    this.key = keys[id]!;
    const usesCertificate = variant.authentication === 'mtls' || variant.binding === 'mtls';
    this.app = new GuardedApplication(suite.server, id, {
      ...(variant.authentication === 'key' ? { key: this.key } : {}),
      headers: usesCertificate ? this.certificate : {},
      redirectUri,
    });
  }

  get id(): string {
    return this.app.clientId;
  }

  get certificate(): Values {
    return { 'X-Client-Cert': escapedPemOf(HOLDERS[this.number - 1]!) };
  }

  /** Parameters as the plan sends them, in a Request Object where it signs them. */
  async request(extra: Values = {}, { claims, header, signedBy = this.key }: Oddities = {}): Promise<Values> {
    const params = this.app.params({
      scope: 'openid profile',
      ...(this.variant.signs ? { response_mode: 'jwt' } : {}),
      ...extra,
    });
    if (!this.variant.signs) return params;
    return { request: await signedBy.request(this.id, this.suite.server.url, params, claims, header) };
  }

  async push(extra: Values = {}, odd: Oddities = {}): Promise<Answer> {
    return this.app.push(await this.request(extra, odd), odd.proof ? { DPoP: odd.proof } : {});
  }

  /** @returns a request_uri */
  async pushed(extra: Values = {}, odd: Oddities = {}): Promise<string> {
    const { status, body, text } = await this.push(extra, odd);
    if (status !== 201) throw new Error(`not pushed: ${status} ${text}`);
    return body['request_uri'] as string;
  }

  /** Sends the browser with a request that was pushed. @returns the answer, read from the signed one where it is signed */
  async authorize(requestUri: string, beside: Values = {}, module = ''): Promise<URLSearchParams> {
    const url = this.app.url({ client_id: this.id, request_uri: requestUri, ...beside });
    const at = await this.suite.browser.go(url, this.suite.ways(module));
    if (!at) throw new Error(`not sent back: ${this.suite.browser.browser.page.text.slice(0, 300)}`);
    if (!at.href.startsWith(CALLBACK)) throw new Error(`sent to ${at.href}`);
    if (!this.variant.signs) return at.searchParams;
    const payload = await this.suite.verifiedAnswer(at.searchParams.get('response')!, this.id);
    return new URLSearchParams(
      Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
    );
  }

  async code(extra: Values = {}, odd: Oddities = {}): Promise<string> {
    const answer = await this.authorize(await this.pushed(extra, odd));
    const code = answer.get('code');
    if (!code) throw new Error(`no code: ${answer.toString()}`);
    return code;
  }

  /** @param proof instead of one as it should be; null: none */
  async redeem(code: string, changed: Values = {}, proof?: string | null): Promise<Answer> {
    return this.app.redeem(code, await this.bound('POST', '/oidc/token', undefined, proof), changed);
  }

  async refresh(token: string, proof?: string | null): Promise<Answer> {
    return this.app.refresh(token, await this.bound('POST', '/oidc/token', undefined, proof));
  }

  async userinfo(
    token: string,
    scheme = this.variant.binding === 'dpop' ? 'DPoP' : 'Bearer',
  ): Promise<Answer> {
    return this.app.userinfo(`${scheme} ${token}`, {
      ...(this.variant.binding === 'mtls' ? this.certificate : {}),
      ...(await this.bound('GET', '/oidc/userinfo', token)),
    });
  }

  proof(changed: Record<string, unknown> = {}, path = '/oidc/token', method = 'POST'): Promise<string> {
    return this.proofKey.proof(method, this.suite.server.url + path, changed);
  }

  private async bound(method: string, path: string, token?: string, proof?: string | null): Promise<Values> {
    if (this.variant.binding !== 'dpop' || proof === null) return {};
    return { DPoP: proof ?? (await this.proof(token ? { token } : {}, path, method)) };
  }
}

export const VARIANTS: readonly Variant[] = [
  { name: 'fapi-dpop', authentication: 'key', binding: 'dpop', signs: false },
  { name: 'fapi-key-mtls', authentication: 'key', binding: 'mtls', signs: false },
  { name: 'fapi-mtls', authentication: 'mtls', binding: 'mtls', signs: false },
  { name: 'signing-dpop', authentication: 'key', binding: 'dpop', signs: true },
  { name: 'signing-mtls', authentication: 'mtls', binding: 'mtls', signs: true },
];

/** For the tests of the `describe` it is called in: the suite, and before each test a fresh browser and both clients. */
export function bothClients(
  variant: Variant,
  ready: (both: { suite: Suite; client: FapiClient; other: FapiClient }) => void,
): void {
  let suite: Suite;
  beforeAll(async () => {
    suite = await startFapiSuite();
  });
  afterAll(() => suite.stop());
  beforeEach(() => {
    suite.freshBrowser();
    ready({ suite, client: new FapiClient(suite, variant), other: new FapiClient(suite, variant, 2) });
  });
}
