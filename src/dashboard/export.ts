import type { AnyEntity, EntityName } from '@mikro-orm/core';
import { KnownBrowserSchema } from '../attempts/throttle.entity.js';
import { AuditEvent } from '../audit/audit-event.entity.js';
import { MailOutcomeSchema, MailSchema } from '../mail/mail.entity.js';
import { Authenticator } from '../mfa/authenticator.entity.js';
import { BackupCode, BackupCodeSet } from '../mfa/backup-code.entity.js';
import { Passkey } from '../mfa/passkey.entity.js';
import { RecoveryRequestSchema } from '../mfa/recovery-request.entity.js';
import { RememberedDeviceSchema } from '../mfa/remembered-device.entity.js';
import { BrowserSessionSchema } from '../oidc/sessions/browser-session.entity.js';
import { LogoutNoticeSchema } from '../oidc/sessions/logout-notice.entity.js';
import { PingNoticeSchema } from '../oidc/devices/ping-notice.entity.js';
import { OidcRecordSchema } from '../oidc/records/record.entity.js';
import { AttemptSchema } from '../sign-in/attempt.entity.js';
import { Account } from '../users/account.entity.js';
import { Avatar } from '../users/avatar.entity.js';
import { GroupMemberSchema } from '../users/group.entity.js';
import { InvitationSchema } from '../users/invitation.entity.js';
import { OneTimeLinkSchema } from '../users/one-time-link.entity.js';
import { WebhookDeliverySchema } from '../webhooks/webhook-delivery.entity.js';

/** A table with rows of one person, and the columns (as the entity names them) that the person gets of it. */
export interface ExportedTable {
  readonly entity: EntityName<AnyEntity>;
  readonly columns: readonly string[];
  /** The column that says whose row it is, where it is not `accountId`. */
  readonly owner?: string;
  /** The unit in which moments are kept that are numbers; milliseconds unless it is said. */
  readonly seconds?: true;
}

const table = (entity: unknown, columns: string, more: Partial<ExportedTable> = {}): ExportedTable => ({
  entity: entity as EntityName<AnyEntity>,
  columns: columns.split(' '),
  ...more,
});

/** What a person gets of themselves, by table. A test holds that every column stands here or below. */
export const EXPORTED: Record<string, ExportedTable> = {
  account: table(
    Account,
    'id username email emailVerifiedAt displayName locale timeZone phoneNumber address details attributes passwordChangedAt createdAt updatedAt disabledAt deletionDueAt',
    { owner: 'id' },
  ),
  avatar: table(Avatar, 'image createdAt'),
  group_member: table(GroupMemberSchema, 'groupName addedAt'),
  authenticator: table(Authenticator, 'name createdAt lastUsedAt'),
  backup_code: table(BackupCode, 'usedAt'),
  backup_code_set: table(BackupCodeSet, 'createdAt confirmedAt'),
  passkey: table(
    Passkey,
    'name transports verifiesUser synced counter createdAt lastUsedAt suspectSince credentialId publicKey',
  ),
  remembered_device: table(RememberedDeviceSchema, 'userAgent createdAt lastUsedAt expiresAt'),
  known_browser: table(KnownBrowserSchema, 'lastAt'),
  browser_session: table(BrowserSessionSchema, 'userAgent address startedAt lastUsedAt'),
  oidc_record: table(OidcRecordSchema, 'kind expiresAt consumedAt', { seconds: true }),
  sign_in_attempt: table(AttemptSchema, 'createdAt expiresAt'),
  logout_notice: table(LogoutNoticeSchema, 'clientId state tries dueAt tokenUntil createdAt settledAt'),
  ping_notice: table(PingNoticeSchema, 'clientId tries dueAt createdAt expiresAt'),
  webhook_delivery: table(
    WebhookDeliverySchema,
    'webhookId event username data state tries dueAt createdAt settledAt',
  ),
  one_time_link: table(OneTimeLinkSchema, 'purpose addressKey createdAt expiresAt usedAt'),
  invitation: table(InvitationSchema, 'kind createdAt expiresAt usedAt'),
  recovery_request: table(RecoveryRequestSchema, 'requestedAt effectiveAt expiresAt endedAt'),
  mail: table(MailSchema, 'kind tries dueAt createdAt expiresAt'),
  mail_outcome: table(MailOutcomeSchema, 'kind result tries createdAt settledAt'),
  audit_event: table(AuditEvent, 'at name result clientId factor address userAgent detail'),
};

const OWN_ID = 'account.id says it once';
const ROW_ID = 'a number of the row, which says nothing of the person';
const MACHINE = 'what another machine answered to this one';
const FINGERPRINT = 'a fingerprint of a secret';

/** What a person does not get, table or table.column, and why. */
export const NOT_EXPORTED: Record<string, string> = {
  'account.passwordHash': 'a stolen export must not help to guess the password',
  'account.usernameKey': 'the user name once more, as it is compared',
  'account.emailKey': 'the address once more, as it is compared',
  'account.factorGeneration': 'a counter that keeps two changes at once apart',
  'avatar.id': ROW_ID,
  'authenticator.id': ROW_ID,
  'authenticator.sealedSecret': 'the secret that the codes are made from',
  'authenticator.lastStep': 'guards against replay; lastUsedAt says the same',
  'authenticator.refusedStep': 'guards against replay',
  'backup_code.hash': FINGERPRINT,
  'passkey.id': ROW_ID,
  'remembered_device.id': ROW_ID,
  'remembered_device.tokenHash': FINGERPRINT,
  'known_browser.browser': FINGERPRINT,
  'browser_session.uid': FINGERPRINT,
  'oidc_record.seq': ROW_ID,
  'oidc_record.idHash': FINGERPRINT,
  'oidc_record.payload':
    'sessions, codes and tokens themselves; what was allowed to which application is exported by itself',
  'oidc_record.grantId': FINGERPRINT,
  'oidc_record.uid': FINGERPRINT,
  'oidc_record.clientId': FINGERPRINT,
  'sign_in_attempt.id': FINGERPRINT,
  'sign_in_attempt.token': FINGERPRINT,
  'sign_in_attempt.proofs': 'what was proven when stands in audit_event',
  'sign_in_attempt.version': 'a counter that keeps two changes at once apart',
  'logout_notice.id': 'the identifier of a token',
  'logout_notice.receiptId': ROW_ID,
  'logout_notice.sid': 'the identifier of a session',
  'one_time_link.hash': FINGERPRINT,
  'invitation.hash': FINGERPRINT,
  'invitation.id': ROW_ID,
  'invitation.email': 'the address of somebody else, whom the person has invited',
  'invitation.nonce': 'only the set-up link has one, which is of nobody',
  'one_time_link.detail':
    'what opening the link changes, in the words of the program; addressKey has the address',
  'recovery_request.id': ROW_ID,
  'mail.id': ROW_ID,
  'webhook_delivery.id': ROW_ID,
  'webhook_delivery.givesUpAt': 'when another program is told no more',
  'webhook_delivery.answer': 'what another program answered',
  'mail.lastError': MACHINE,
  'mail_outcome.id': ROW_ID,
  'mail_outcome.lastError': MACHINE,
  'logout_notice.lastError': MACHINE,
  'ping_notice.id': ROW_ID,
  'ping_notice.sealedFacts': 'secrets of the application: the identifier of its request, and how it knows us',
  'mail.sealedFacts': 'sealed until it is sent; the letter itself goes to the person',
  'audit_event.id': ROW_ID,

  audit_link: 'fingerprints of the rows of audit_event',
  audit_head: 'fingerprints of the rows of audit_event',
  audit_erasure: 'fingerprints of accounts that are deleted',
  throttle: 'counts checks under keyed fingerprints: whose they are cannot be read from it',
  spent_challenge: 'fingerprints of random values, with no link to a person',
  account_group: 'which groups there are; group_member says who is in one',
  client: 'of applications, not of people',
  declaration: 'of applications, not of people',
  signing_key: 'of the service, not of people',
  runtime_setting: 'of the service, not of people',
  client_refusal: 'what was asked for an application in vain, by nobody who was signed in',
};

/** The owner's column of a table, which every row would repeat. */
for (const name of Object.keys(EXPORTED)) if (name !== 'account') NOT_EXPORTED[`${name}.accountId`] = OWN_ID;
