import { X509Certificate } from 'node:crypto';

/** TLS client authentication (RFC 5280, section 4.2.1.12). */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
/** A certificate with a long chain of names is a few kilobytes. */
const LONGEST = 16 * 1024;

/**
 * The one certificate in a header of a proxy: PEM as nginx, HAProxy and Traefik URL-encode it (with or without its first
 * and last line), PEM in one line, DER in base64, or the same between colons (RFC 9440).
 * Two of them are none: a proxy that appends to a header, instead of replacing it, would let anybody put theirs first.
 */
export function certificateFromHeader(header: string | undefined): X509Certificate | undefined {
  if (!header || header.length > LONGEST) return undefined;
  try {
    const text = header.includes('%') ? decodeURIComponent(header) : header;
    const base64 = text
      .trim()
      .replace(/^:(.*):$/, '$1')
      .replace(/^-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----$/, '$1')
      .replace(/\s/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

/** Every certificate of a PEM file. @throws when one of them cannot be read */
export function certificatesFromPem(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** Whether one of the authorities has issued a certificate for a client, and both are valid now. */
export function isIssuedBy(
  authorities: readonly X509Certificate[],
  certificate: X509Certificate,
  now: Date,
): boolean {
  // Undefined, whatever the types say, where the certificate does not limit what it is for.
  const purposes = certificate.keyUsage as string[] | undefined;
  if (certificate.ca || !isValid(certificate, now)) return false;
  if (purposes && !purposes.includes(CLIENT_AUTHENTICATION)) return false;
  return authorities.some(
    (authority) =>
      authority.ca &&
      isValid(authority, now) &&
      certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey),
  );
}

function isValid({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
}

/** How a client's certificate is recognised (RFC 8705, section 2.1.2). */
export type CertificateName = 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';

const SAN_LABELS: Record<Exclude<CertificateName, 'subject_dn'>, string> = {
  san_dns: 'DNS',
  san_uri: 'URI',
  san_ip: 'IP Address',
  san_email: 'email',
};

export function certificateHasName(
  certificate: X509Certificate,
  kind: CertificateName,
  expected: string,
): boolean {
  if (kind === 'subject_dn') {
    // Node writes the names in the order of the certificate, a line each; RFC 4514 has them from the other end.
    const actual = certificate.subject.split('\n').reverse().join(',');
    return canonicalName(actual) === canonicalName(expected);
  }
  const canonical = kind === 'san_ip' ? canonicalAddress : kind === 'san_dns' ? lowerCase : asItIs;
  return alternativeNames(certificate, SAN_LABELS[kind]).some(
    (name) => canonical(name) === canonical(expected),
  );
}

/** A name that itself contains ", DNS:…" is written in quotation marks: it must not pass for two. */
function alternativeNames({ subjectAltName }: X509Certificate, label: string): string[] {
  const entries = subjectAltName?.matchAll(/(?:^|, )([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?=$|, )/g) ?? [];
  return [...entries].flatMap(([, name, value]) => {
    if (name !== label) return [];
    return [value!.startsWith('"') ? (JSON.parse(value!) as string) : value!];
  });
}

/** RFC 4514: types without regard to case, values as they are, spaces around separators of no meaning. */
function canonicalName(name: string): string {
  const parts = name.match(/(?:\\.|[^,\\])+/gs) ?? [];
  return JSON.stringify(
    parts.map((part) => {
      const [type = '', ...value] = part.trim().split('=');
      return [type.trim().toUpperCase(), unescaped(value.join('=').trim())];
    }),
  );
}

function unescaped(value: string): string {
  const bytes = value.replace(/((?:\\[0-9a-f]{2})+)/gi, (pairs) =>
    Buffer.from(pairs.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
  return bytes.replace(/\\(.)/gs, '$1');
}

function canonicalAddress(address: string): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : address;
}

const lowerCase = (name: string) => name.toLowerCase();
const asItIs = (name: string) => name;
