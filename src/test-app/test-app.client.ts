import { Injectable } from '@nestjs/common';
import type { Configuration } from 'openid-client';
import { Config } from '../config/config.js';
import { TEST_APP_CLIENT_ID } from '../clients/built-in-clients.js';

/** What has to be kept between leaving for the provider and coming back. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly scope: string;
}

export interface Outcome {
  readonly idToken: Record<string, unknown>;
  readonly alg: string;
  readonly userinfo: Record<string, unknown>;
  readonly rawIdToken: string;
  readonly hasAccessToken: boolean;
  readonly hasRefreshToken: boolean;
}

/** The application's OpenID Connect, as its author would write it with openid-client. */
@Injectable()
export class TestAppClient {
  private discovered: Promise<Configuration> | undefined;

  constructor(private readonly config: Config) {}

  get redirectUri(): string {
    return this.config.url('/test-app/callback');
  }

  async begin(scope: string, extra: Record<string, string>): Promise<{ url: URL; transaction: Transaction }> {
    const oidc = await import('openid-client');
    const transaction = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
      scope,
    };
    const url = oidc.buildAuthorizationUrl(await this.configuration(), {
      redirect_uri: this.redirectUri,
      scope,
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(transaction.codeVerifier),
      code_challenge_method: 'S256',
      ...extra,
    });
    return { url, transaction };
  }

  /** Redeems the code and asks for the claims; openid-client checks issuer, state, nonce and signature. */
  async complete(callback: URL, { state, nonce, codeVerifier }: Transaction): Promise<Outcome> {
    const oidc = await import('openid-client');
    const configuration = await this.configuration();
    const tokens = await oidc.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims()!;
    const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, idToken.sub);
    const [header] = tokens.id_token!.split('.');
    return {
      idToken,
      userinfo,
      rawIdToken: tokens.id_token!,
      alg: (JSON.parse(Buffer.from(header!, 'base64url').toString()) as { alg: string }).alg,
      hasAccessToken: tokens.access_token !== '',
      hasRefreshToken: tokens.refresh_token !== undefined,
    };
  }

  async signOutUrl(idTokenHint: string): Promise<string> {
    const oidc = await import('openid-client');
    const params = { id_token_hint: idTokenHint, post_logout_redirect_uri: this.config.url('/test-app') };
    return oidc.buildEndSessionUrl(await this.configuration(), params).href;
  }

  private configuration(): Promise<Configuration> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      this.discovered = undefined;
      throw error;
    });
    return this.discovered;
  }

  private async discover(): Promise<Configuration> {
    const oidc = await import('openid-client');
    return oidc.discovery(new URL(this.config.issuer), TEST_APP_CLIENT_ID, undefined, oidc.None(), {
      [oidc.customFetch]: (url, options) => this.fetchFromWithin(url, options),
      execute: this.config.isHttps ? [] : [oidc.allowInsecureRequests],
    });
  }

  /** From inside a container the public URL may lead nowhere: the application talks to the server it is part of. */
  private fetchFromWithin(url: string, options: RequestInit): Promise<Response> {
    const { pathname, search } = new URL(url);
    return fetch(`${this.config.ownAddress}${pathname}${search}`, options);
  }
}
