import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '../../config/config.js';
import { clientCertificate } from '../../http/client-certificate.js';
import { certificateHasName, isIssuedBy, type CertificateName } from '../../kernel/certificates.js';
import type { Clock } from '../../kernel/clock.js';

const certificateOf = ({ req }: KoaContextWithOIDC) => clientCertificate(req);

/**
 * Client certificates (RFC 8705): to authenticate with, and to bind tokens to. Without a proxy that passes them on there
 * are none. Whether one was issued by who may issue it is asked here again: proxies that also let self-signed ones
 * through (`optional_no_ca`) say so in another header, which is easily forgotten.
 */
export function mutualTls({ clientCertificates }: Config, clock: Clock) {
  if (!clientCertificates) return { enabled: false as const };
  const { authorities } = clientCertificates;
  return {
    enabled: true,
    certificateBoundAccessTokens: true as const,
    selfSignedTlsClientAuth: true,
    tlsClientAuth: authorities.length > 0,
    getCertificate: certificateOf,
    certificateAuthorized: (ctx: KoaContextWithOIDC) => {
      const certificate = certificateOf(ctx);
      return certificate !== undefined && isIssuedBy(authorities, certificate, clock.now());
    },
    certificateSubjectMatches: (ctx: KoaContextWithOIDC, property: string, expected: string) => {
      const certificate = certificateOf(ctx);
      const name = property.replace('tls_client_auth_', '') as CertificateName;
      return certificate !== undefined && certificateHasName(certificate, name, expected);
    },
  };
}

/** The ways of authentication that need a certificate, as far as they work here. */
export function mutualTlsMethods({ clientCertificates }: Config) {
  if (!clientCertificates) return [];
  const own = 'self_signed_tls_client_auth' as const;
  return clientCertificates.authorities.length > 0 ? (['tls_client_auth', own] as const) : ([own] as const);
}
