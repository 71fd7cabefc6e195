import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { KeyRing } from './key-ring.service.js';
import { KeyRotation } from './key-rotation.service.js';
import { KeyTable } from './key-table.js';

/**
 * Owns the keys that sign tokens: which there are, which one signs, and until when each is published. It signs nothing:
 * that is oidc's.
 */
@Module({
  imports: [AuditModule],
  providers: [KeyTable, KeyRing, KeyRotation],
  exports: [KeyTable, KeyRing, KeyRotation],
})
export class KeysModule {}
