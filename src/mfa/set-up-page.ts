import { toString as drawQrCode } from 'qrcode';
import type { Offer } from './second-factors.service.js';
import { grouped } from './totp.js';

/** What the set-up page shows of an offer; the QR code is drawn here, as SVG, so that the page needs no script. */
export async function setUpData({ secret, uri }: Offer) {
  return {
    qr: await drawQrCode(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 }),
    secretGroups: grouped(secret),
    otpauthUri: uri,
  };
}

/** What the page shows once, of codes that exist in the clear only while it is made. The download needs no further request. */
export function backupCodesData(codes: string[]) {
  return {
    codes,
    downloadHref: `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`,
  };
}
