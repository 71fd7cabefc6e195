import { defineEntity, p } from '@mikro-orm/core';

/** Counters of failed checks, one row a bucket; written by conditional SQL in throttle.service.ts. Times are epoch milliseconds. */
export const ThrottleSchema = defineEntity({
  name: 'Throttle',
  tableName: 'throttle',
  properties: {
    bucket: p.string().primary().length(43),
    /** Fingerprint of whose checks these are, for clearing all of them. */
    subject: p.string().length(43).index(),
    /** 1: of an account; 0: of a name that nobody has. Not a boolean: plain SQL binds those differently on either database. */
    ofAccount: p.integer(),
    /** Checks since the last quiet period of a whole window. */
    checks: p.integer(),
    /** Checks without a success in between, for the hard stop. */
    consecutive: p.integer(),
    lastAt: p.bigint('number').index(),
  },
});

/** Browsers in which an account has signed in before, and which an attacker elsewhere can therefore not lock out. */
export const KnownBrowserSchema = defineEntity({
  name: 'KnownBrowser',
  tableName: 'known_browser',
  properties: {
    /** Fingerprint of the browser's cookie. */
    browser: p.string().primary().length(43),
    accountId: p.string().primary().length(22).index(),
    lastAt: p.bigint('number').index(),
  },
});
