import { Module } from '@nestjs/common';
import { Audit } from './audit.service.js';

/** Owns the record of what happened. It decides nothing. */
@Module({ providers: [Audit], exports: [Audit] })
export class AuditModule {}
