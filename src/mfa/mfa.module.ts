import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { HttpModule } from '../http/http.module.js';
import { MailModule } from '../mail/mail.module.js';
import { UsersModule } from '../users/users.module.js';
import { Authenticators } from './authenticators.service.js';
import { BackupCodes } from './backup-codes.service.js';
import { Challenges } from './challenges.js';
import { FactorDeletionListener } from './deletion.listener.js';
import { Objections } from './objections.service.js';
import { Passkeys } from './passkeys.service.js';
import { ReclaimedAccounts } from './reclaimed-accounts.js';
import { Recovery } from './recovery.service.js';
import { RememberedDevices } from './remembered-devices.js';
import { SecondFactors } from './second-factors.service.js';

const SERVICES = [
  Authenticators,
  BackupCodes,
  Challenges,
  Objections,
  Passkeys,
  Recovery,
  ReclaimedAccounts,
  RememberedDevices,
  SecondFactors,
];

/** Owns the second factors: their secrets, their single use, and what proofs are worth. It has no pages and knows no session. */
@Module({
  imports: [HttpModule, MailModule, AttemptsModule, UsersModule],
  providers: [...SERVICES, FactorDeletionListener],
  exports: SERVICES,
})
export class MfaModule {}
