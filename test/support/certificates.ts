import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/root.js';

const file = readFileSync(join(projectRoot, 'test/support/certificates.pem'), 'utf8');

/** An authority, whom it has issued to, and who only looks so: another authority has the same name. */
export type Holder =
  'ca' | 'shop' | 'bank' | 'forged' | 'webserver' | 'confusing' | 'expired' | 'self' | 'self2';

export function pemOf(holder: Holder): string {
  return new RegExp(`\n${holder}\n(-----BEGIN[^]+?-----END CERTIFICATE-----\n)`).exec(file)![1]!;
}

export function certificateOf(holder: Holder): X509Certificate {
  return new X509Certificate(pemOf(holder));
}

/** As nginx passes it on: `$ssl_client_escaped_cert`. */
export function escapedPemOf(holder: Holder): string {
  return encodeURIComponent(pemOf(holder));
}

export function derOf(holder: Holder): string {
  return certificateOf(holder).raw.toString('base64');
}
