import * as oidc from 'openid-client';
import type { Browser, Page } from '../support/browser.js';
import type { TestServer } from '../support/server.js';

/** A relying application as its author would write it with openid-client, from discovery to sign-out. */
export class OpenIdClientApp {
  private readonly codeVerifier = oidc.randomPKCECodeVerifier();
  private readonly state = oidc.randomState();
  private readonly nonce = oidc.randomNonce();

  private constructor(
    readonly configuration: oidc.Configuration,
    private readonly redirectUri: string,
  ) {}

  static async discover(
    server: TestServer,
    clientId: string,
    redirectUri: string,
    authentication: oidc.ClientAuth,
  ): Promise<OpenIdClientApp> {
    const issuer = new URL(server.url);
    // The tests' server speaks plain http on the loopback interface; the library wants that said.
    const options = { execute: [oidc.allowInsecureRequests] };
    return new OpenIdClientApp(
      await oidc.discovery(issuer, clientId, undefined, authentication, options),
      redirectUri,
    );
  }

  /** One that has its configuration already: it registered itself. */
  static with(configuration: oidc.Configuration, redirectUri: string): OpenIdClientApp {
    return new OpenIdClientApp(configuration, redirectUri);
  }

  /** Sends the person's browser to the server. */
  async sendToSignIn(browser: Browser, extra: Record<string, string> = {}): Promise<Page> {
    const url = oidc.buildAuthorizationUrl(this.configuration, {
      redirect_uri: this.redirectUri,
      scope: 'openid profile email',
      state: this.state,
      nonce: this.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(this.codeVerifier),
      code_challenge_method: 'S256',
      ...extra,
    });
    return browser.open(url.href);
  }

  /** Redeems the code that the browser was sent back with; the library checks issuer, state, nonce and signature. */
  async receive(browser: Browser) {
    if (!browser.sentTo) throw new Error(`not sent back, but at ${browser.page.path}: ${browser.page.text}`);
    return oidc.authorizationCodeGrant(this.configuration, browser.sentTo, {
      pkceCodeVerifier: this.codeVerifier,
      expectedState: this.state,
      expectedNonce: this.nonce,
      idTokenExpected: true,
    });
  }

  userinfo(accessToken: string, subject: string) {
    return oidc.fetchUserInfo(this.configuration, accessToken, subject);
  }

  refresh(refreshToken: string) {
    return oidc.refreshTokenGrant(this.configuration, refreshToken);
  }

  async isActive(token: string): Promise<boolean> {
    return (await oidc.tokenIntrospection(this.configuration, token)).active;
  }

  revoke(token: string) {
    return oidc.tokenRevocation(this.configuration, token);
  }

  signOutUrl(params: Record<string, string>): string {
    return oidc.buildEndSessionUrl(this.configuration, params).href;
  }
}
