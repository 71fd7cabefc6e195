import type { MessageRef } from '../http/form.js';

/** What a page of the account may say after an action, by `?done=`: one table for all of them. */
const NOTICES: Readonly<Record<string, MessageRef>> = {
  'account-kept': 'notice.account-kept',
  'approval-gone': 'notice.approval-gone',
  'approval-given': 'notice.approval-given',
  'approval-refused': 'notice.approval-refused',
  'approval-unconfirmed': 'notice.approval-unconfirmed',
  'application-gone': 'notice.application-gone',
  'application-revoked': 'notice.application-revoked',
  'authenticator-added': 'notice.authenticator-added',
  'changed-meanwhile': 'notice.changed-meanwhile',
  'confirmation-sent': 'notice.confirmation-sent',
  'details-changed': 'notice.details-changed',
  'device-forgotten': 'notice.device-forgotten',
  'device-gone': 'notice.device-gone',
  'devices-forgotten': 'notice.devices-forgotten',
  'email-change-requested': 'notice.email-change-requested',
  'factor-removed': 'notice.factor-removed',
  'factor-renamed': 'notice.factor-renamed',
  'passkey-added': 'notice.passkey-added',
  'password-changed': 'notice.password-changed',
  'password-removed': 'notice.password-removed',
  'picture-changed': 'notice.picture-changed',
  'picture-removed': 'notice.picture-removed',
  'profile-changed': 'notice.profile-changed',
  'recovery-cancelled': 'notice.recovery-cancelled',
  'second-factor-off': 'notice.second-factor-off',
  'second-factor-on': 'notice.second-factor-on',
  'session-ended': 'notice.session-ended',
  'session-gone': 'notice.session-gone',
  'sessions-ended': 'notice.sessions-ended',
};

/** @param done the address's word; anything that is none of ours says nothing */
export function noticeOf(done: unknown): MessageRef | undefined {
  return typeof done === 'string' && Object.hasOwn(NOTICES, done) ? NOTICES[done] : undefined;
}
