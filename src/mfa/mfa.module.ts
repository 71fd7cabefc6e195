import { Module } from '@nestjs/common';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { BackupCodes } from './backup-codes.service.js';
import { SecondFactors } from './second-factors.service.js';

/** Owns the second factors: their secrets, their single use, and what proofs are worth. It has no pages and knows no session. */
@Module({
  imports: [AttemptsModule],
  providers: [BackupCodes, SecondFactors],
  exports: [BackupCodes, SecondFactors],
})
export class MfaModule {}
