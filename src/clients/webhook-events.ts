import type { AuditName } from '../audit/audit.service.js';

/** What a webhook can be told of: what the audit log is, and what it has no row for. */
export type WebhookEvent = AuditName | 'account.deleted' | 'webhook.test';

interface Description {
  readonly says: string;
  /** Which of the audit log's further facts go along. Everything else stays here: addresses, what was typed, what people wrote. */
  readonly facts?: readonly string[];
}

const BY = ['by'];

/** Every event, in the words of docs/webhooks.md (a test holds them equal). An event that is not here is not told of. */
export const WEBHOOK_EVENTS: Record<WebhookEvent, Description> = {
  'account.registered': { says: 'an account was made', facts: ['by', 'import', 'invitation'] },
  'account.registration-refused': { says: 'somebody wanted an account and got none', facts: ['reason'] },
  'account.disabled': { says: 'an operator has closed an account', facts: BY },
  'account.enabled': { says: 'an operator has opened it again', facts: BY },
  'account.objected': { says: 'the owner says: that was not me', facts: ['outcome'] },
  'account.deletion-requested': { says: 'the owner wants the account gone, in a week' },
  'account.kept': { says: 'the owner keeps the account after all' },
  'account.deleted': { says: 'the account is gone, with everything that was linked to it' },
  'password.checked': { says: 'a password was typed' },
  'password.changed': { says: 'the password is another one', facts: BY },
  'password.reset-requested': { says: 'somebody has forgotten a password; whose, is not said' },
  'password.reset': { says: 'a forgotten password was replaced' },
  'password.removed': { says: 'the account has no password any more' },
  'second-factor.checked': { says: 'a code was typed' },
  'second-factor.enrolled': { says: 'a second factor was set up', facts: ['by', 'import'] },
  'second-factor.removed': { says: 'a second factor is gone', facts: BY },
  'backup-codes.made': { says: 'new backup codes were made' },
  'passkey.checked': { says: 'a passkey was used' },
  'sign-in-link.checked': { says: 'a one-time sign-in link was opened' },
  'sign-in.completed': { says: 'a sign-in is complete', facts: ['acr', 'amr'] },
  'session.ended': { says: 'a session was ended', facts: ['reason'] },
  'consent.given': { says: 'somebody let an application in' },
  'consent.refused': { says: 'somebody refused an application' },
  'entry.refused': { says: 'somebody is not in the groups that an application is for' },
  'application.revoked': { says: 'somebody took back what they had allowed an application' },
  'device.remembered': { says: 'a browser was remembered' },
  'device.forgotten': { says: 'a remembered browser was forgotten' },
  'device.connected': { says: 'a device without a browser was connected' },
  'approval.requested': { says: 'an application asks somebody on another device' },
  'approval.given': { says: 'they said yes' },
  'approval.refused': { says: 'they said no' },
  'recovery.requested': { says: 'somebody has lost every second factor' },
  'recovery.confirmed': { says: 'an operator has confirmed it', facts: BY },
  'recovery.cancelled': { says: 'a recovery was cancelled', facts: BY },
  'recovery.used': { says: 'somebody is in by a recovery' },
  'email.verified': { says: 'an e-mail address was confirmed' },
  'email.change-requested': { says: 'somebody wants another e-mail address' },
  'email.changed': { says: 'the e-mail address is another one' },
  'email.change-undone': { says: 'the change of the e-mail address was undone' },
  'profile.changed': { says: 'the profile was changed' },
  'details.changed': { says: 'the further details were changed' },
  'avatar.changed': { says: 'there is a new picture' },
  'avatar.removed': { says: 'the picture is gone' },
  'attribute.changed': { says: 'an operator has changed an attribute', facts: ['by', 'attribute'] },
  'group.created': { says: 'an operator has made a group', facts: ['by', 'group'] },
  'group.changed': { says: 'an operator has described a group anew', facts: ['by', 'group'] },
  'group.deleted': { says: 'an operator has removed a group', facts: ['by', 'group'] },
  'group.joined': { says: 'somebody was added to a group', facts: ['by', 'import', 'group'] },
  'group.left': { says: 'somebody was taken out of a group', facts: ['by', 'group'] },
  'operator.made': { says: 'somebody has a role of the operators', facts: ['by', 'before', 'after'] },
  'operator.ended': { says: 'somebody has it no more', facts: ['by', 'before', 'after'] },
  'invitation.made': { says: 'an operator has made an invitation' },
  'invitation.withdrawn': { says: 'an operator has taken an invitation back', facts: BY },
  'link.printed': { says: 'the shell has printed a link that lets somebody in', facts: ['by', 'purpose'] },
  'throttle.cleared': { says: 'an operator lets somebody try again', facts: BY },
  'claims.previewed': { says: 'an operator has looked at what an application gets to know' },
  'data.exported': { says: 'the owner has downloaded their data' },
  'users.exported': { says: 'an operator has exported the accounts', facts: ['by', 'secrets'] },
  'mail.tested': { says: 'an operator has sent a test mail' },
  'mail.retried': { says: 'an operator has had a letter tried again', facts: ['by', 'kind'] },
  'mail.dropped': { says: 'an operator has dropped a letter', facts: ['by', 'kind'] },
  'logout-notice.retried': { says: 'an operator has had a sign-out told again', facts: BY },
  'logout-notice.dropped': { says: 'an operator has ended telling of a sign-out', facts: BY },
  'clients.applied': { says: 'the clients file was applied', facts: BY },
  'clients.exported': { says: 'an operator has exported the applications', facts: BY },
  'client.created': { says: 'an operator has made an application', facts: BY },
  'client.secret-rotated': { says: 'an application has another secret', facts: BY },
  'client.old-secret-ended': { says: 'the secret before counts no more', facts: BY },
  'client.redirect-uri-added': { says: 'an application has one more address to be sent back to', facts: BY },
  'client.registered': { says: 'an application has registered itself', facts: BY },
  'client.updated': { says: 'an application has changed its registration', facts: BY },
  'client.removed': { says: 'a registered application was removed', facts: BY },
  'client.registration-token-made': { says: 'there is a token to register with', facts: ['by', 'uses'] },
  'api.created': { says: 'an operator has made an API', facts: ['by', 'api'] },
  'api.updated': { says: 'an operator has changed an API', facts: ['by', 'api'] },
  'api.removed': { says: 'an operator has removed an API', facts: ['by', 'api'] },
  'audit.exported': { says: 'an operator has exported the audit log', facts: BY },
  'audit.verified': { says: 'an operator has verified the audit log', facts: BY },
  'setting.changed': { says: 'an operator has changed a setting', facts: BY },
  'signing-key.published': { says: 'the next signing key is published', facts: ['by', 'kid', 'alg'] },
  'signing-key.revoked': { says: 'a signing key is not valid any more', facts: ['by', 'kid', 'alg'] },
  'signing-key.removed': { says: 'an old signing key is gone', facts: ['by', 'kid', 'alg'] },
  'webhook.added': { says: 'a webhook was added', facts: ['by', 'webhook'] },
  'webhook.changed': { says: 'a webhook was changed', facts: ['by', 'webhook'] },
  'webhook.removed': { says: 'a webhook was removed', facts: ['by', 'webhook'] },
  'webhook.tested': { says: 'an operator has asked for a test', facts: ['by', 'webhook'] },
  'webhook.retried': { says: 'an operator has asked for another try', facts: ['by', 'webhook'] },
  'webhook.test': { says: 'the test itself; it needs no subscription' },
};

const NAMES = Object.keys(WEBHOOK_EVENTS);

/** What stands under `events`: a name, a group (`account.*`), or everything (`*`). */
export function anEventPattern(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'write a list of names';
  if (value === '*' || NAMES.includes(value)) return undefined;
  const isGroup = value.endsWith('.*') && NAMES.some((name) => wants([value], name));
  return isGroup ? undefined : `there is no event "${value}": docs/webhooks.md lists them all`;
}

export function wants(events: readonly string[], name: string): boolean {
  return events.includes('*') || events.includes(name) || events.includes(`${name.split('.', 1)[0]}.*`);
}
