import type { Config } from '../../config/config.js';
import { codesOf } from './codes.js';
import { error, type Finding } from './findings.js';

interface Kind {
  readonly codes: RegExp;
  /** Only then; absent: with either. */
  readonly scheme?: 'https' | 'http';
  readonly check: string;
  readonly cause: string;
  readonly says: string;
  readonly mend: string;
}

/** Why nothing came back: the first that fits. The codes are Node's and OpenSSL's. */
const KINDS: readonly Kind[] = [
  {
    codes: /^CERT_HAS_EXPIRED$/,
    check: 'tls',
    cause: 'tls-expired',
    says: 'the TLS certificate has expired',
    mend: 'renew it and let the proxy load it; see why that did not happen by itself',
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    check: 'tls',
    cause: 'tls-not-yet-valid',
    says: 'the TLS certificate is not valid yet',
    mend: 'set the clock of this machine, or wait',
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    check: 'tls',
    cause: 'tls-name',
    says: 'the TLS certificate was issued for another name',
    mend: 'give the proxy a certificate for the host of GATEHOUSE_URL',
  },
  {
    codes: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_(UNTRUSTED|REJECTED|REVOKED|CHAIN|SIGNATURE)/,
    check: 'tls',
    cause: 'tls-untrusted',
    says: 'the TLS certificate is not believed: it is of no authority known here, or the one between is not sent',
    mend: 'use one of a public authority, with its whole chain; for an authority of your own set NODE_EXTRA_CA_CERTS',
  },
  {
    codes: /EPROTO|WRONG_VERSION_NUMBER|ERR_SSL|ECONNRESET/,
    scheme: 'https',
    check: 'tls',
    cause: 'tls-missing',
    says: 'there is no TLS where GATEHOUSE_URL says https: what answers there speaks plain http, or breaks off',
    mend: 'let the proxy speak TLS on that port (listen 443 ssl), or correct the port in GATEHOUSE_URL',
  },
  {
    codes: /^HPE_|ECONNRESET/,
    scheme: 'http',
    check: 'reach',
    cause: 'http-missing',
    says: 'what answers there does not speak plain http, as GATEHOUSE_URL says',
    mend: 'write https: in GATEHOUSE_URL if it speaks TLS, or correct the port',
  },
];

export function unreachable({ issuer }: Config, thrown: unknown): Finding {
  const codes = codesOf(thrown);
  const scheme = new URL(issuer).protocol.slice(0, -1);
  const kind = KINDS.find(
    (each) => (each.scheme ?? scheme) === scheme && codes.some((code) => each.codes.test(code)),
  );
  if (kind) return error(kind.check, kind.cause, `${issuer}: ${kind.says}`, kind.mend);
  const why = codes[0] ?? (thrown as Error).name;
  return error(
    'reach',
    'unreachable',
    `nothing answers at ${issuer} (${why})`,
    'start the server and the proxy in front of it; see that the port of GATEHOUSE_URL is theirs and that no firewall is between',
  );
}
