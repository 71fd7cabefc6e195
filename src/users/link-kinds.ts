import { DAY, HOUR, MINUTE } from '../kernel/clock.js';

interface Kind {
  /** The page that the link opens. */
  readonly path: string;
  readonly lifetime: number;
  /** A newer link of the kind ends the older ones. Undo links do not: each undoes something of its own. */
  readonly supersedes: boolean;
}

/** What links there are: each purpose has a page, and an end (milliseconds). */
export const LINK_KINDS = {
  'verify-email': { path: '/verify-email', lifetime: DAY, supersedes: true },
  'confirm-new-email': { path: '/confirm-email', lifetime: DAY, supersedes: true },
  'reset-password': { path: '/reset-password', lifetime: 30 * MINUTE, supersedes: true },
  'undo-email-change': { path: '/undo-email-change', lifetime: 7 * DAY, supersedes: false },
  'cancel-recovery': { path: '/cancel-recovery', lifetime: 44 * DAY, supersedes: false },
  'keep-account': { path: '/keep-account', lifetime: 7 * DAY + HOUR, supersedes: true },
  /** Printed by an operator alone, and never mailed. */
  'sign-in': { path: '/sign-in-link', lifetime: HOUR, supersedes: true },
  'not-me': { path: '/not-me', lifetime: 7 * DAY, supersedes: false },
} satisfies Record<string, Kind>;

export type LinkPurpose = keyof typeof LINK_KINDS;
