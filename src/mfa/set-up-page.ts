import type { MessageRef } from '../http/form.js';
import type { Offer } from './authenticators.service.js';
import { grouped, type Drift } from './totp.js';

/** What the set-up page shows of an offer; the QR code is drawn here, as SVG, so that the page needs no script. */
export async function setUpData({ secret, uri }: Offer) {
  const { default: qrCode } = await import('qrcode');
  return {
    qr: await qrCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 }),
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

/** To somebody whose device shows codes of another time than now. */
export function driftMessage({ direction, minutes }: Drift): MessageRef {
  if (minutes === 1) return direction === 'slow' ? 'form.clock-slow-one' : 'form.clock-fast-one';
  return { key: direction === 'slow' ? 'form.clock-slow' : 'form.clock-fast', params: { minutes } };
}
