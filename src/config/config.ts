import type { X509Certificate } from 'node:crypto';

/** The validated configuration, in the program's own terms. Times are milliseconds. */
export class Config {
  /** Public URL without a trailing slash: the OpenID issuer. */
  readonly issuer: string;
  readonly origin: string;
  /** Path part of the public URL: '' or '/id'. */
  readonly basePath: string;
  readonly isHttps: boolean;
  readonly port: number;
  readonly bind: string | undefined;
  readonly dataDir: string;
  readonly clientsFile: string | undefined;
  readonly database:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'postgresql'; readonly url: string };
  readonly masterSecret: Buffer;
  readonly serviceName: string;
  /** The colour of buttons and links, as six hexadecimal digits; absent: Gatehouse's own. */
  readonly color: string | undefined;
  /** A data: URL; absent: Gatehouse's own. */
  readonly logo: string | undefined;
  /** The changeable settings that the environment gives, which therefore stand (changeable.ts). */
  readonly given: readonly string[];
  readonly registrationOpen: boolean;
  readonly secondFactorRequired: boolean;
  readonly passwordMinLength: number;
  readonly sessionLifetime: number;
  readonly sessionIdle: number;
  readonly recentSignIn: number;
  /** 0: no browser is remembered. */
  readonly rememberDevice: number;
  readonly emailVerificationRequired: boolean;
  /** 0: a recovery waits for an operator. */
  readonly recoveryDelay: number;
  /** Absent: no mail is sent. */
  readonly smtp: URL | undefined;
  readonly mailFrom: string;
  readonly trustedProxyHops: number;
  /** Whether applications on internal addresses may be told of sign-outs. */
  readonly internalBackchannel: boolean;
  /** Whether a client may have implicit and hybrid response types. */
  readonly legacyFlows: boolean;
  /** Whether a client may have its answers posted to the window that frames it. */
  readonly webMessage: boolean;
  readonly clientRegistration: 'off' | 'token' | 'open';
  /** How many applications may have registered themselves. */
  readonly clientRegistrationLimit: number;
  /** What those may have that is not given to everyone. */
  readonly clientRegistrationAllows: readonly ('no-pkce' | 'legacy-flows')[];
  /** Whose client ID metadata documents are read; empty: nobody's. */
  readonly clientMetadataHosts: readonly string[];
  /** Whether documents that applications name are fetched from internal addresses, too. */
  readonly internalFetch: boolean;
  /** 0: signing keys change only by command. */
  readonly keyRotation: number;
  /** 0: the audit log is kept for ever. */
  readonly auditRetention: number;
  /** Absent: nothing is backed up, or restored. */
  readonly backupKey: string | undefined;
  /** Who is believed about client certificates, in which header, and who issues them; absent: there is no mutual TLS. */
  readonly clientCertificates:
    | {
        readonly header: string;
        readonly from: readonly string[];
        readonly authorities: readonly X509Certificate[];
      }
    | undefined;
  /** Milliseconds between the end of readiness and the end of answers; 0: none. */
  readonly stopDelay: number;
  readonly testApp: boolean;
  /** Where metrics are served; absent: nowhere, and nothing is counted. */
  readonly metrics: { readonly port: number; readonly bind: string } | undefined;
  /** Where traces are sent; absent: nowhere, and nothing is watched. */
  readonly tracing:
    | {
        readonly url: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly serviceName: string;
        readonly ratio: number;
      }
    | undefined;
  readonly logLevel: 'error' | 'warn' | 'log' | 'debug';
  readonly logFormat: 'json' | 'pretty';

  constructor(values: Omit<Config, 'url' | 'ownAddress'>) {
    Object.assign(this, values);
  }

  /** Where this server reaches itself, which from inside a container its public URL may not. */
  get ownAddress(): string {
    const host = !this.bind || this.bind === '0.0.0.0' || this.bind === '::' ? '127.0.0.1' : this.bind;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** An absolute URL of this server from a path that starts with '/'. */
  url(path: string): string {
    return this.issuer + path;
  }
}

/** Settings that cannot be used, all of them at once; the message is for the operator to read. */
export class ConfigurationMistakes extends Error {
  constructor(readonly mistakes: string[]) {
    const count = mistakes.length === 1 ? 'there is a mistake' : `there are ${mistakes.length} mistakes`;
    super(
      `Gatehouse cannot start, ${count} in its settings:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`,
    );
  }
}
