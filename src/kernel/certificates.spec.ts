import { describe, expect, it } from '@jest/globals';
import { certificateOf, derOf, escapedPemOf, pemOf } from '../../test/support/certificates.js';
import {
  certificateFromHeader,
  certificateHasName,
  certificatesFromPem,
  isIssuedBy,
} from './certificates.js';

const NOW = new Date('2027-01-01T00:00:00Z');

describe('a certificate in a header', () => {
  const fingerprint = certificateOf('shop').fingerprint256;
  const read = (header: string | undefined) => certificateFromHeader(header)?.fingerprint256;

  it.each([
    ['as nginx and HAProxy escape it', escapedPemOf('shop')],
    ['as Traefik escapes it, without the first and the last line', encodeURIComponent(derOf('shop'))],
    ['as Apache writes it, in one line', pemOf('shop').trim().replaceAll('\n', ' ')],
    ['as HAProxy writes DER', derOf('shop')],
    ['as RFC 9440 has it', `:${derOf('shop')}:`],
  ])('is read %s', (_how, header) => {
    expect(read(header)).toBe(fingerprint);
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['what Apache writes where there is none', '(null)'],
    ['two of them', `${escapedPemOf('shop')}, ${escapedPemOf('bank')}`],
    ['two in one', encodeURIComponent(pemOf('shop') + pemOf('bank'))],
    ['broken escapes', '%E0%A4%A'],
    ['something else', ':aGVsbG8=:'],
    ['very much', 'A'.repeat(20_000)],
  ])('is none: %s', (_what, header) => {
    expect(read(header)).toBeUndefined();
  });
});

describe('an issued certificate', () => {
  const authorities = certificatesFromPem(pemOf('ca'));

  it.each([
    ['shop', true],
    ['bank', true],
    ['forged', false],
    ['webserver', false],
    ['expired', false],
    ['self', false],
    ['ca', false],
  ] as const)('of %s is good for a client: %s', (holder, expected) => {
    expect(isIssuedBy(authorities, certificateOf(holder), NOW)).toBe(expected);
  });

  it('is not good where nobody may issue, or its issuer is none', () => {
    expect(isIssuedBy([], certificateOf('shop'), NOW)).toBe(false);
    expect(isIssuedBy([certificateOf('bank')], certificateOf('shop'), NOW)).toBe(false);
    expect(isIssuedBy(authorities, certificateOf('shop'), new Date('2020-01-01'))).toBe(false);
  });
});

describe('the name in a certificate', () => {
  const shop = certificateOf('shop');

  it.each([
    ['subject_dn', 'CN=shop,O=M\\C3\\BCller\\, S\\C3\\B6hne,C=DE'],
    ['subject_dn', 'cn=shop, O=Müller\\, Söhne, C=DE'],
    ['san_dns', 'Shop.example'],
    ['san_uri', 'https://shop.example/app'],
    ['san_ip', '2001:db8::1'],
    ['san_ip', '192.0.2.7'],
    ['san_email', 'ops@shop.example'],
  ] as const)('%s is %s', (kind, name) => {
    expect(certificateHasName(shop, kind, name)).toBe(true);
  });

  it.each([
    ['subject_dn', 'C=DE,O=Müller\\, Söhne,CN=shop'],
    ['subject_dn', 'CN=shop,O=Müller, Söhne,C=DE'],
    ['subject_dn', 'CN=shop'],
    ['subject_dn', 'CN=SHOP,O=Müller\\, Söhne,C=DE'],
    ['subject_dn', ''],
    ['san_dns', 'example'],
    ['san_dns', '*.example'],
    ['san_dns', 'https://shop.example/app'],
    ['san_uri', 'shop.example'],
    ['san_ip', '2001:db8::2'],
    ['san_email', 'OPS@shop.example'],
  ] as const)('%s is not %s', (kind, name) => {
    expect(certificateHasName(shop, kind, name)).toBe(false);
  });

  it('is not what stands inside of another one', () => {
    expect(certificateHasName(certificateOf('confusing'), 'san_dns', 'shop.example')).toBe(false);
    expect(
      certificateHasName(
        certificateOf('confusing'),
        'san_uri',
        'https://evil.example/?a=b, DNS:shop.example',
      ),
    ).toBe(true);
  });
});
