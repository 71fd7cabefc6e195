import { AuditEvent } from './audit/audit-event.entity.js';
import { KnownBrowserSchema, ThrottleSchema } from './attempts/throttle.entity.js';
import type { Entities } from './database/options.js';
import { Authenticator } from './mfa/authenticator.entity.js';
import { BackupCode, BackupCodeSet } from './mfa/backup-code.entity.js';
import { Client } from './oidc/client.entity.js';
import { OidcRecordSchema } from './oidc/record.entity.js';
import { SigningKey } from './oidc/signing-key.entity.js';
import { AttemptSchema } from './sign-in/attempt.entity.js';
import { Account } from './users/account.entity.js';

/** Every table there is; migrations are made from this list. */
export const entities: Entities = [
  Account,
  Authenticator,
  BackupCode,
  BackupCodeSet,
  ThrottleSchema,
  KnownBrowserSchema,
  AttemptSchema,
  OidcRecordSchema,
  Client,
  SigningKey,
  AuditEvent,
];
