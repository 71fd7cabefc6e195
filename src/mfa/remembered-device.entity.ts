import { defineEntity, p } from '@mikro-orm/core';

/** Browsers in which an account is not asked for its second factor. Plain SQL in remembered-devices.ts. Times are epoch milliseconds. */
export const RememberedDeviceSchema = defineEntity({
  name: 'RememberedDevice',
  tableName: 'remembered_device',
  properties: {
    id: p.string().primary().length(22),
    /** Fingerprint of the token in the browser's cookie. */
    tokenHash: p.string().length(43).unique(),
    accountId: p.string().length(22).index(),
    userAgent: p.string().length(300).nullable(),
    createdAt: p.bigint('number'),
    lastUsedAt: p.bigint('number'),
    expiresAt: p.bigint('number').index(),
  },
});
