/** The scopes that nearly every application asks for. */
export const USUAL_SCOPE = 'openid profile email';
/** And the groups with them, for those that make something of groups. */
export const SCOPE_WITH_GROUPS = `${USUAL_SCOPE} groups`;

/** What a template is filled with: this server's addresses, and one client's own values. Never a secret. */
export interface Values {
  readonly issuer: string;
  /** The issuer's host, with its port where it has one. */
  readonly host: string;
  readonly discovery: string;
  readonly authorization: string;
  readonly token: string;
  readonly userinfo: string;
  readonly jwks: string;
  readonly endSession: string;
  readonly clientId: string;
  /** Stands where the secret belongs. */
  readonly secret: string;
  /** The application's address without a slash at its end; empty where it has none. */
  readonly app: string;
  readonly redirectUri: string;
  readonly scope: string;
}

/** Something to paste: lines of a file or of a shell, or fields of a form. */
export type Setting =
  | { readonly where: string; readonly language: string; readonly lines: readonly string[] }
  | { readonly where: string; readonly fields: Readonly<Record<string, string>> };

/** What the clients file has to say of an application. `{app}` stands for the application's address. */
export interface ClientNeeds {
  /** The first one is where the application's address is read from. */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly backchannelLogoutUri?: string;
  readonly backchannelSessionRequired?: boolean;
  /** What the application asks for. */
  readonly scope: string;
  /** It keeps no secret. */
  readonly isPublic?: boolean;
  readonly isNative?: boolean;
  /** It cannot do PKCE, whatever it is told. */
  readonly withoutPkce?: boolean;
}

/** The settings of one well-known application or library. */
export interface Application {
  /** As it is typed in a command. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'application' | 'library';
  /** What these settings are for: which part, which version. */
  readonly about: string;
  /** Its address in the documents. */
  readonly exampleApp: string;
  readonly client: ClientNeeds;
  readonly settings: (values: Values) => readonly Setting[];
  /** How groups become something there; a text, and settings where there are any. */
  readonly groups: string;
  readonly groupSettings?: (values: Values) => readonly Setting[];
  readonly signOut: string;
  readonly pitfalls: readonly string[];
}

/** An address that ends the session here and comes back to the application. */
export function signOutUrl({ endSession, clientId, app }: Values, back: string): string {
  const query = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: app + back });
  return `${endSession}?${query.toString()}`;
}

/** `openid profile email` as a list in one of the languages that settings are written in. */
export function quoted(scope: string, quote = '"'): string {
  return scope
    .split(' ')
    .map((each) => `${quote}${each}${quote}`)
    .join(', ');
}
