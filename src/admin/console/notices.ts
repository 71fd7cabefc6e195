import type { MessageRef } from '../../http/form.js';

/** What an operators' page may say after an action, by `?done=`: one table for all of them. */
const NOTICES: Readonly<Record<string, MessageRef>> = {
  'branding-changed': 'console.notice.branding-changed',
  'setting-changed': 'console.notice.setting-changed',
  'group-created': 'console.notice.group-created',
  'group-changed': 'console.notice.group-changed',
  'group-deleted': 'console.notice.group-deleted',
  'group-joined': 'console.notice.group-joined',
  'group-left': 'console.notice.group-left',
  'mail-retried': 'console.notice.mail-retried',
  'mail-under-way': 'console.notice.mail-under-way',
  'mail-dropped': 'console.notice.mail-dropped',
  'keys-published': 'console.notice.keys-published',
  'keys-published-already': 'console.notice.keys-published-already',
  'key-revoked': 'console.notice.key-revoked',
  'api-made': 'admin.apis.done.made',
  'api-changed': 'admin.apis.done.changed',
  'api-removed': 'admin.apis.done.removed',
  'client-made': 'admin.clients.done.made',
  'client-changed': 'admin.clients.done.changed',
  'client-old-secret-ended': 'admin.clients.done.old-secret-ended',
  'client-removed': 'admin.clients.done.removed',
  'client-address-added': 'admin.clients.done.address-added',
  disable: 'console.done.disable',
  enable: 'console.done.enable',
  'sign-out': 'console.done.sign-out',
  'clear-throttle': 'console.done.clear-throttle',
  'remove-factors': 'console.done.remove-factors',
  'end-session': 'console.done.end-session',
  'remove-factor': 'console.done.remove-factor',
  'confirm-recovery': 'console.done.confirm-recovery',
  'refuse-recovery': 'console.done.refuse-recovery',
  delete: 'console.done.delete',
  keep: 'console.done.keep',
  'add-group': 'console.done.add-group',
  'remove-group': 'console.done.remove-group',
  role: 'console.done.role',
  'set-attribute': 'console.done.set-attribute',
  'unset-attribute': 'console.done.unset-attribute',
  'invitation-sent': 'console.done.invitation-sent',
  'invitation-withdrawn': 'console.done.invitation-withdrawn',
};

/** @param done the address's word; anything that is none of ours says nothing */
export function noticeOf(done: unknown): MessageRef | undefined {
  return typeof done === 'string' && Object.hasOwn(NOTICES, done) ? NOTICES[done] : undefined;
}
