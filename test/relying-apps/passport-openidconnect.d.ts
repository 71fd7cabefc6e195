/** What the tests use of passport-openidconnect, which brings no types. */
declare module 'passport-openidconnect' {
  import type { Strategy } from 'passport';

  interface Options {
    issuer: string;
    authorizationURL: string;
    tokenURL: string;
    userInfoURL: string;
    clientID: string;
    clientSecret: string;
    callbackURL: string;
    scope: string[];
    nonce: boolean;
  }
  interface Profile {
    id: string;
    username?: string;
    emails?: { value: string }[];
  }
  type Done = (error: Error | null, user?: unknown) => void;
  /** With nine parameters the library also asks the userinfo endpoint. */
  type Verify = (
    issuer: string,
    userinfo: Profile,
    idProfile: Profile,
    context: { class?: string; methods?: string[] },
    idToken: string,
    accessToken: string,
    refreshToken: string | undefined,
    params: Record<string, unknown>,
    done: Done,
  ) => void;

  const OpenIDConnectStrategy: new (options: Options, verify: Verify) => Strategy;
  export default OpenIDConnectStrategy;
}
