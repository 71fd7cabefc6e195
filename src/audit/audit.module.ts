import { Module } from '@nestjs/common';
import { AuditChain } from './audit-chain.service.js';
import { AuditChainStore } from './audit-chain.store.js';
import { AuditChainWorker } from './audit-chain.worker.js';
import { Audit } from './audit.service.js';
import { AuditErasure } from './audit-erasure.service.js';
import { AuditLog } from './audit-log.service.js';
import { AuditVerification } from './audit-verification.service.js';
import { KnownHead } from './known-head.js';
import { SettledEvents } from './settled-events.js';

/** Owns the record of what happened, and the chain that shows whether it still is that record. It decides nothing. */
@Module({
  providers: [
    Audit,
    AuditChain,
    AuditChainStore,
    AuditChainWorker,
    AuditErasure,
    AuditLog,
    AuditVerification,
    KnownHead,
    SettledEvents,
  ],
  exports: [Audit, AuditChain, AuditChainWorker, AuditErasure, AuditLog, AuditVerification],
})
export class AuditModule {}
