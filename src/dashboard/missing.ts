import { BACKUP_CODES_LOW } from '../mfa/backup-code-format.js';
import type { MessageRef } from '../http/form.js';
import { hasSecondFactor, type Enrolled } from '../mfa/enrolled.js';

/** What the account says of itself, as far as something may be missing in it. */
export interface Circumstances {
  readonly enrolled: Enrolled;
  /** Somebody who knows the password says that every second factor is lost. */
  readonly recoveryAsked: boolean;
  /** An application waits for an answer. */
  readonly approvals: boolean;
  readonly addressConfirmed: boolean;
  /** Whether this server can send mail: without it nobody can confirm an address. */
  readonly mail: boolean;
}

/** Something to be looked after, and where that is done. `text` and `button` are message keys. */
export interface Missing {
  /** Of the button that leads there. */
  readonly id: string;
  /** Somebody else may be at work here. */
  readonly urgent: boolean;
  readonly title: MessageRef;
  readonly text: string;
  readonly button: string;
  /** A page of the account; undefined where `action` is. */
  readonly page?: string;
  /** What is posted to. */
  readonly action?: string;
}

/** What most needs looking after comes first; an empty list: all is well. */
export function whatIsMissing({
  enrolled,
  recoveryAsked,
  approvals,
  addressConfirmed,
  mail,
}: Circumstances): Missing[] {
  const { backupCodes, passkeys } = enrolled;
  const secured = hasSecondFactor(enrolled);
  return [
    ...(recoveryAsked ? [RECOVERY] : []),
    ...(approvals ? [APPROVALS] : []),
    ...(passkeys.some(({ suspectSince }) => suspectSince) ? [SUSPECT_PASSKEY] : []),
    ...(secured ? [] : [NO_SECOND_FACTOR]),
    ...(secured && !backupCodes.confirmed ? [CODES_UNCONFIRMED] : []),
    ...(secured && backupCodes.confirmed && backupCodes.left <= BACKUP_CODES_LOW
      ? [codesLow(backupCodes.left)]
      : []),
    ...(mail && !addressConfirmed ? [ADDRESS_UNCONFIRMED] : []),
  ];
}

const RECOVERY: Missing = {
  id: 'cancel-recovery',
  urgent: true,
  title: 'dashboard.overview.recovery',
  text: 'dashboard.overview.recovery-lead',
  button: 'dashboard.overview.cancel-recovery',
  action: '/second-factor/cancel-recovery',
};

const APPROVALS: Missing = {
  id: 'see-approvals',
  urgent: false,
  title: 'dashboard.overview.approvals',
  text: 'dashboard.overview.approvals-lead',
  button: 'dashboard.overview.see-approvals',
  page: '/approvals',
};

const SUSPECT_PASSKEY: Missing = {
  id: 'suspect-passkey',
  urgent: true,
  title: 'dashboard.overview.suspect',
  text: 'dashboard.overview.suspect-lead',
  button: 'dashboard.overview.see-passkeys',
  page: '/second-factor',
};

const NO_SECOND_FACTOR: Missing = {
  id: 'set-up',
  urgent: false,
  title: 'dashboard.overview.no-factor',
  text: 'dashboard.overview.set-up-lead',
  button: 'dashboard.overview.set-up',
  page: '/second-factor/set-up',
};

const CODES_UNCONFIRMED: Missing = {
  id: 'finish',
  urgent: false,
  title: 'dashboard.overview.unconfirmed',
  text: 'dashboard.overview.finish-lead',
  button: 'dashboard.overview.finish',
  page: '/second-factor/backup-codes',
};

/** None and one are said in words. */
const LOW_HEADINGS = ['dashboard.overview.low-heading-0', 'dashboard.overview.low-heading-1'];

const codesLow = (left: number): Missing => ({
  id: 'more-codes',
  urgent: false,
  title: { key: LOW_HEADINGS[left] ?? 'dashboard.overview.low-heading', params: { left } },
  text: 'dashboard.overview.low-lead',
  button: 'dashboard.overview.low',
  page: '/second-factor',
});

const ADDRESS_UNCONFIRMED: Missing = {
  id: 'confirm-email',
  urgent: false,
  title: 'dashboard.overview.unverified',
  text: 'dashboard.overview.unverified-lead',
  button: 'dashboard.overview.verify',
  page: '/email',
};
