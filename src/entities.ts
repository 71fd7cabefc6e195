import { AuditErasureSchema, AuditHeadSchema, AuditLinkSchema } from './audit/audit-chain.entity.js';
import { AuditEvent } from './audit/audit-event.entity.js';
import { KnownBrowserSchema, ThrottleSchema } from './attempts/throttle.entity.js';
import type { Entities } from './database/options.js';
import { MailOutcomeSchema, MailSchema } from './mail/mail.entity.js';
import { Authenticator } from './mfa/authenticator.entity.js';
import { BackupCode, BackupCodeSet } from './mfa/backup-code.entity.js';
import { Passkey } from './mfa/passkey.entity.js';
import { RecoveryRequestSchema } from './mfa/recovery-request.entity.js';
import { RememberedDeviceSchema } from './mfa/remembered-device.entity.js';
import { SpentChallengeSchema } from './mfa/spent-challenge.entity.js';
import { Client } from './clients/client.entity.js';
import { ClientRefusalSchema } from './clients/client-refusal.entity.js';
import { DeclarationSchema } from './clients/declaration.entity.js';
import { RuntimeSettingSchema } from './settings/runtime-setting.entity.js';
import { SigningKey } from './keys/signing-key.entity.js';
import { BrowserSessionSchema } from './oidc/sessions/browser-session.entity.js';
import { LogoutNoticeSchema } from './oidc/sessions/logout-notice.entity.js';
import { PingNoticeSchema } from './oidc/devices/ping-notice.entity.js';
import { OidcRecordSchema } from './oidc/records/record.entity.js';
import { AttemptSchema } from './sign-in/attempt.entity.js';
import { Account } from './users/account.entity.js';
import { Avatar } from './users/avatar.entity.js';
import { GroupMemberSchema, GroupSchema } from './users/group.entity.js';
import { WebhookDeliverySchema } from './webhooks/webhook-delivery.entity.js';
import { InvitationSchema } from './users/invitation.entity.js';
import { OneTimeLinkSchema } from './users/one-time-link.entity.js';

/** Every table there is; migrations are made from this list. */
export const entities: Entities = [
  Account,
  Avatar,
  GroupSchema,
  GroupMemberSchema,
  OneTimeLinkSchema,
  InvitationSchema,
  MailOutcomeSchema,
  MailSchema,
  RuntimeSettingSchema,
  Authenticator,
  BackupCode,
  BackupCodeSet,
  Passkey,
  SpentChallengeSchema,
  RememberedDeviceSchema,
  RecoveryRequestSchema,
  ThrottleSchema,
  KnownBrowserSchema,
  AttemptSchema,
  OidcRecordSchema,
  BrowserSessionSchema,
  LogoutNoticeSchema,
  PingNoticeSchema,
  Client,
  ClientRefusalSchema,
  DeclarationSchema,
  WebhookDeliverySchema,
  SigningKey,
  AuditEvent,
  AuditLinkSchema,
  AuditHeadSchema,
  AuditErasureSchema,
];
